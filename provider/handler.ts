/** What every resource type of the provider has to offer. */
import type { CheckResult, CreateResult, DiffResult, UpdateResult } from "@pulumi/pulumi/provider/index.js";

/** Property values as they come over the wire; `check` of each handler establishes their types. */
export type Properties = Record<string, unknown>;

/**
 * Tells the user something about the resource that is no error; shown by the engine under the resource's name.
 * @param isPassing of interest only until the next word: shown beside the resource while it is at work.
 */
export type Say = (message: string, isPassing?: boolean) => void;

/** The life cycle of one resource type. */
export interface ResourceHandler {
  /**
   * Left out, every input is good.
   * @param olds the inputs of the last `up`; empty for a new resource.
   * @param isUpdate true when something was made already: this is no preview.
   * @param warn tells the user what stops nothing.
   */
  check?(news: Properties, olds: Properties, isUpdate: boolean, warn: Say): Promise<CheckResult>;
  diff(id: string, olds: Properties, news: Properties, say: Say): Promise<DiffResult>;
  create(inputs: Properties, say: Say): Promise<CreateResult>;
  /** Undefined when the thing is gone. */
  read(id: string, props: Properties, say: Say): Promise<{ props: Properties; inputs: Properties } | undefined>;
  update(id: string, olds: Properties, news: Properties, say: Say): Promise<UpdateResult>;
  delete(id: string, props: Properties, say: Say, context?: DeleteContext): Promise<void>;
}

/** Of what a deletion is a part. */
export interface DeleteContext {
  /** True in an update: the plan has it no longer, or something takes its place. False when everything is destroyed. */
  readonly isProgramRunning: boolean;
  /** Name of the Pulumi stack. */
  readonly stack: string;
}

/** The rest of a resource that is nothing but its inputs in the state: what it is about is other resources', or nobody's. */
export function inStateOnly(id: string): Pick<ResourceHandler, "create" | "read" | "update" | "delete"> {
  return {
    create: async (inputs) => ({ id, outs: inputs }),
    read: async (_id, props) => ({ props, inputs: props }),
    update: async (_id, _olds, news) => ({ outs: news }),
    delete: async () => {},
  };
}

/** What stands for a value that is not known yet (pulumi.rpc.unknownValue), as the engine sends it in previews. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True when a value, or something in it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === unknownValue;
  return Object.values(value).some(hasUnknown);
}

/** True when two values say the same; the engine gives keys in no particular order. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isEqual((a as Properties)[key], (b as Properties)[key]));
}

/**
 * The same with a password that is not known yet, as it is about to be made anew, as it was: what a server holds is compared
 * with its old one in the preview of a rotation.
 */
export function withKnownPassword(news: Properties, olds: Properties): Properties {
  return hasUnknown(news["password"]) ? { ...news, password: olds["password"] } : news;
}

/** All properties but these. */
export function without(keys: readonly string[], properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)));
}

/** The `read` of what cannot be looked at: it is as it was known. @param outputs the properties that are no inputs. */
export function asKnown(...outputs: readonly string[]): ResourceHandler["read"] {
  return (_id, props) => Promise.resolve({ props, inputs: without(outputs, props) });
}
