/** What the checks ask the world. The real answers come from engine.ts, machine.ts, broker.ts and worker.ts, those of the tests from a table. */

/** The Docker engine, as `docker info` describes it. */
export interface EngineView {
  /** Memory of the machine that the engine runs on, in MiB; undefined when it does not say. */
  readonly totalMemoryMiB: number | undefined;
  /** The folder for images and volumes, on the engine's machine. */
  readonly rootFolder: string | undefined;
}

/** A container of the engine, whoever's it is. */
export interface ContainerView {
  readonly name: string;
  /** Started and not stopped; paused counts too. */
  readonly running: boolean;
  /** Ports of the host that it publishes now; none while it is stopped. */
  readonly ports: ReadonlySet<number>;
  /** Its label `cdc.stack`; undefined for a container that no pipeline made. */
  readonly stack: string | undefined;
  /** Its label `cdc.mysql.version`. */
  readonly mysqlVersion: string | undefined;
}

/** A volume of the stack. */
export interface VolumeView {
  readonly name: string;
  /** Its label `cdc.mysql.version`: the server that made it. */
  readonly mysqlVersion: string | undefined;
}

/** The machine that this program runs on. */
export interface MachineView {
  readonly totalMemoryMiB: number;
  /** Memory that programs could still get, caches given up, in MiB. */
  readonly freeMemoryMiB: number;
}

/** A topic on the living broker. */
export interface TopicView {
  /** Ids of the brokers that hold each partition. */
  readonly replicas: readonly (readonly number[])[];
  /** Values in force, defaults included. */
  readonly config: Readonly<Record<string, string>>;
  /** Values that would be in force if the topic set none itself, in the topic keys' own units. */
  readonly defaults: Readonly<Record<string, string>>;
}

/** Every function may reject: with what its look could not find out. */
export interface World {
  readonly engine: () => Promise<EngineView>;
  /** All containers, also stopped ones and those of others. */
  readonly containers: () => Promise<ContainerView[]>;
  readonly volumes: (stack: string) => Promise<VolumeView[]>;
  /** Those of the image references (`name:tag`) that the engine has. */
  readonly images: (references: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly machine: () => MachineView;
  /** Whether something on this machine listens on 127.0.0.1:PORT. */
  readonly portIsTaken: (port: number) => Promise<boolean>;
  /** In MiB; undefined when the folder is not on this machine. */
  readonly freeDiskMiB: (folder: string) => Promise<number | undefined>;
  /** Topics by name, without Kafka's internal ones. */
  readonly topics: (bootstrap: readonly string[]) => Promise<ReadonlyMap<string, TopicView>>;
  /** `topic.prefix` by the connector's name, as the worker at that URL has it. */
  readonly topicPrefixes: (restUrl: string) => Promise<ReadonlyMap<string, string>>;
}
