/** What every resource type of the provider has to offer. */
import type { CheckResult, CreateResult, DiffResult, UpdateResult } from "@pulumi/pulumi/provider/index.js";

/** Property values as they come over the wire; `check` of each handler establishes their types. */
export type Properties = Record<string, unknown>;

/** The life cycle of one resource type. */
export interface ResourceHandler {
  check(news: Properties): Promise<CheckResult>;
  diff(id: string, olds: Properties, news: Properties): Promise<DiffResult>;
  create(inputs: Properties): Promise<CreateResult>;
  /** Undefined when the thing is gone. */
  read(id: string, props: Properties): Promise<{ props: Properties; inputs: Properties } | undefined>;
  update(id: string, olds: Properties, news: Properties): Promise<UpdateResult>;
  delete(id: string, props: Properties): Promise<void>;
}

/** What stands for a value that is not known yet (pulumi.rpc.unknownValue), as the engine sends it in previews. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
