/** Hands each resource type's calls to its handler; says errors without a stack trace of ours. */
import type {
  CheckResult,
  CreateResult,
  DiffResult,
  Provider,
  ReadResult,
  UpdateResult,
} from "@pulumi/pulumi/provider/index.js";
import { connectorHandler } from "./connector-handler.ts";
import { containerReadyHandler } from "./container-ready-handler.ts";
import type { Properties, ResourceHandler } from "./handler.ts";
import { randomPasswordHandler } from "./random-password-handler.ts";

const handlers: Readonly<Record<string, ResourceHandler>> = {
  "cdc:index:Connector": connectorHandler,
  "cdc:index:ContainerReady": containerReadyHandler,
  "cdc:index:RandomPassword": randomPasswordHandler,
};

export class CdcProvider implements Provider {
  readonly version = "1.0.0";

  async check(urn: string, _olds: Properties, news: Properties): Promise<CheckResult> {
    return quietly(async () => await handlerOf(urn).check(news));
  }

  async diff(id: string, urn: string, olds: Properties, news: Properties): Promise<DiffResult> {
    return quietly(async () => await handlerOf(urn).diff(id, olds, news));
  }

  async create(urn: string, inputs: Properties): Promise<CreateResult> {
    return quietly(async () => await handlerOf(urn).create(inputs));
  }

  async read(id: string, urn: string, props: Properties = {}): Promise<ReadResult> {
    return quietly(async () => {
      const found = await handlerOf(urn).read(id, props);
      // A blank id tells the engine that the thing is gone.
      return found === undefined ? { id: "", props: {} } : { id, ...found };
    });
  }

  async update(id: string, urn: string, olds: Properties, news: Properties): Promise<UpdateResult> {
    return quietly(async () => await handlerOf(urn).update(id, olds, news));
  }

  async delete(id: string, urn: string, props: Properties): Promise<void> {
    return quietly(async () => {
      await handlerOf(urn).delete(id, props);
    });
  }
}

/** The resource type is the last part of the URN's type chain: `urn:pulumi:STACK::PROJECT::PARENTS$TYPE::NAME`. */
function handlerOf(urn: string): ResourceHandler {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const handler = handlers[type];
  if (handler === undefined) throw new Error(`the cdc provider has no resource type ${type}`);
  return handler;
}

/** Pulumi's server prints an error's stack beside its message; the message alone is meant for the person reading it. */
async function quietly<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error) error.stack = "";
    throw error;
  }
}
