/** Hands each resource type's calls to its handler; says errors without a stack trace of ours. */
import type {
  CheckResult,
  CreateResult,
  DiffResult,
  InvokeResult,
  Provider,
  ReadResult,
  UpdateResult,
} from "@pulumi/pulumi/provider/index.js";
import { acceptedPasswordHandler, retiredPasswordHandler } from "./account-password-handler.ts";
import { brokersInSyncHandler } from "./brokers-in-sync-handler.ts";
import { certificateAuthorityHandler, certificateHandler } from "./certificate-handlers.ts";
import { connectorHandler } from "./connector-handler.ts";
import { createdAccountHandler } from "./created-account-handler.ts";
import { dataHandler } from "./data-handler.ts";
import { dataVolumeHandler } from "./data-volume-handler.ts";
import { containerReadyHandler } from "./container-ready-handler.ts";
import { flowHandler } from "./flow-handler.ts";
import { goneContainersHandler } from "./gone-containers-handler.ts";
import { grantsHandler } from "./grants-handler.ts";
import type { Properties, ResourceHandler } from "./handler.ts";
import { identityHandler } from "./identity-handler.ts";
import { indicesHandler } from "./indices-handler.ts";
import { networkHandler } from "./network-handler.ts";
import { preparedImageHandler } from "./prepared-image-handler.ts";
import { randomPasswordHandler } from "./random-password-handler.ts";
import { beginToken } from "./resources.ts";
import { schemaHandler } from "./schema-handler.ts";
import { sharedTopicHandler } from "./shared-topic-handler.ts";
import { sayOf, warnOf } from "./say.ts";
import { ConnectRestError } from "../clients/connect/client.ts";
import { UserError } from "../lib/run.ts";
import { tablesReadHandler } from "./tables-read-handler.ts";
import { masked, secretsIn } from "./secrets.ts";

const handlers: Readonly<Record<string, ResourceHandler>> = {
  "cdc:index:AcceptedPassword": acceptedPasswordHandler,
  "cdc:index:BrokersInSync": brokersInSyncHandler,
  "cdc:index:Certificate": certificateHandler(),
  "cdc:index:CertificateAuthority": certificateAuthorityHandler(),
  "cdc:index:Connector": connectorHandler,
  "cdc:index:ContainerReady": containerReadyHandler,
  "cdc:index:CreatedAccount": createdAccountHandler,
  "cdc:index:Data": dataHandler,
  "cdc:index:DataVolume": dataVolumeHandler,
  "cdc:index:Flow": flowHandler,
  "cdc:index:GoneContainers": goneContainersHandler,
  "cdc:index:Grants": grantsHandler,
  "cdc:index:Identity": identityHandler,
  "cdc:index:Indices": indicesHandler,
  "cdc:index:Network": networkHandler,
  "cdc:index:PreparedImage": preparedImageHandler,
  "cdc:index:RandomPassword": randomPasswordHandler,
  "cdc:index:RetiredPassword": retiredPasswordHandler,
  "cdc:index:Schema": schemaHandler,
  "cdc:index:SharedTopic": sharedTopicHandler(),
  "cdc:index:TablesRead": tablesReadHandler,
};

export class CdcProvider implements Provider {
  readonly version = "1.0.0";
  #isUpdate = false;
  /** The engine does not tell an update from a destroy; only in the first does a program run, and say so (`begin`). */
  #isProgramRunning = false;

  async invoke(token: string): Promise<InvokeResult> {
    if (token !== beginToken) throw new Error(`the cdc provider has no function ${token}`);
    this.#isProgramRunning = true;
    return { outputs: {} };
  }

  async check(urn: string, olds: Properties, news: Properties): Promise<CheckResult> {
    this.#isProgramRunning = true;
    return await quietly(news, async () => {
      const { inputs = news, failures = [] } =
        (await handlerOf(urn).check?.(news, olds, this.#isUpdate, warnOf(urn))) ?? {};
      const secrets = secretsIn(news);
      return {
        inputs,
        failures: failures.map(({ property, reason }) => ({ property, reason: masked(reason, secrets) })),
      };
    });
  }

  async diff(id: string, urn: string, olds: Properties, news: Properties): Promise<DiffResult> {
    return await quietly(news, async () => await handlerOf(urn).diff(id, olds, news, sayOf(urn)));
  }

  async create(urn: string, inputs: Properties): Promise<CreateResult> {
    this.#isUpdate = true;
    return await quietly(inputs, async () => await handlerOf(urn).create(inputs, sayOf(urn)));
  }

  async read(id: string, urn: string, props: Properties = {}): Promise<ReadResult> {
    return await quietly(props, async () => {
      const found = await handlerOf(urn).read(id, props, sayOf(urn));
      // A blank id tells the engine that the thing is gone.
      return found === undefined ? { id: "", props: {} } : { id, ...found };
    });
  }

  async update(id: string, urn: string, olds: Properties, news: Properties): Promise<UpdateResult> {
    return await quietly(news, async () => await handlerOf(urn).update(id, olds, news, sayOf(urn)));
  }

  async delete(id: string, urn: string, props: Properties): Promise<void> {
    await quietly(props, async () => {
      const context = { isProgramRunning: this.#isProgramRunning, stack: stackOf(urn) };
      await handlerOf(urn).delete(id, props, sayOf(urn), context);
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

/** `urn:pulumi:STACK::…` */
function stackOf(urn: string): string {
  return urn.split("::")[0]?.split(":").at(-1) ?? "";
}

/**
 * Pulumi's server prints an error's stack beside its message; the message alone is meant for the person reading it, so the
 * remedy is put there. Secrets are not, which a worker may quote.
 */
async function quietly<T>(properties: Properties, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error) {
      error.stack = "";
      const remedy = error instanceof UserError || error instanceof ConnectRestError ? error.remedy : undefined;
      const text = remedy === undefined ? error.message : `${error.message}\n  what to do: ${remedy}`;
      error.message = masked(text, secretsIn(properties));
    }
    throw error;
  }
}
