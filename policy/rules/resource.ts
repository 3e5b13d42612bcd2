/** Resources as rules see them, and how a violation is reported. */

/** Stands for a value that is not known before an update. */
export const unknownValue = Symbol("not known yet");

/** Stands for a value that is marked as a secret, where the marks are there to be seen. */
export const secretValue = Symbol("secret");

export interface Resource {
  /** `docker:index/container:Container` */
  readonly type: string;
  /** The logical name. */
  readonly name: string;
  /** Plain data; `unknownValue` and `secretValue` stand for values that cannot or must not be looked at. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Violation {
  readonly resource: Resource;
  /** Where in the resource: `ports[0].ip`. */
  readonly property: string;
  readonly found: string;
  readonly allowed: string;
  /** What to do. */
  readonly remedy: string;
}

/** Looks at one resource. */
export type ResourceRule = (resource: Resource) => Violation[];
/** Looks at all resources of a stack together. */
export type StackRule = (resources: readonly Resource[]) => Violation[];

/** Renders a violation as one text of two lines. */
export function renderViolation({ resource, property, found, allowed, remedy }: Violation): string {
  return `${resource.name}: ${property} is ${found}; allowed is ${allowed}.\nWhat to do: ${remedy}.`;
}

export const types = {
  connector: "cdc:index:Connector",
  container: "docker:index/container:Container",
  containerReady: "cdc:index:ContainerReady",
  preparedImage: "cdc:index:PreparedImage",
  remoteImage: "docker:index/remoteImage:RemoteImage",
  /** On brokers that somebody else runs. */
  sharedTopic: "cdc:index:SharedTopic",
  topic: "kafka:index/topic:Topic",
} as const;

/** The resources of a type. */
export function ofType(resources: readonly Resource[], type: string): Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The elements of a list; none when it is no list, or unknown. */
export function elements(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The elements of a list that are texts. */
export function texts(value: unknown): string[] {
  return elements(value).filter((element) => typeof element === "string");
}

/** The elements of a list that are objects. */
export function objects(value: unknown): Record<string, unknown>[] {
  return elements(value).map(fields);
}

/** The fields of an object; none when it is no object, or unknown. */
export function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (value === undefined) return "not set";
  return typeof value === "symbol" ? (value.description ?? "") : JSON.stringify(value);
}
