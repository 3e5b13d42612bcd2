/** The plan: everything the components need, decided, as plain data that can be printed and compared. */
import type { Problem } from "./problem.ts";

/** A container's published port: `internal` in the container, `host` on 127.0.0.1. */
export interface PublishedPort {
  readonly internal: number;
  readonly host: number;
}

export interface ContainerPlan {
  /** Prefix of the logical names of the container's resources. */
  readonly name: string;
  /** Name on the Docker engine, unique to the stack: `cdc-dev-kafka`. */
  readonly container: string;
  /** Name inside the pipeline's network: `kafka`. */
  readonly alias: string;
  readonly port: PublishedPort;
  /** Estimate of what the container needs: heap or buffer pool, and what the process needs beside it. */
  readonly expectedMemoryMiB: number;
  /** Limit set on the container; undefined for none. */
  readonly memoryLimitMiB: number | undefined;
}

/** A container with data of its own. */
export interface StatefulPlan extends ContainerPlan {
  /** The data volume's name on the engine. */
  readonly volume: string;
}

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Topic configuration; only keys that differ from the broker's defaults, as the broker spells their values. */
  readonly config: Readonly<Record<string, string>>;
}

export interface ConnectorPlan {
  readonly name: string;
  /** The configuration as `PUT /connectors/NAME/config` takes it; secrets are placeholders of the worker's config provider. */
  readonly config: Readonly<Record<string, string>>;
}

export interface ShardPlan extends StatefulPlan {
  /** mysqld's arguments. */
  readonly mysqldArgs: readonly string[];
  /** Databases made on the shard: those of the captured tables, and the pipeline's own. */
  readonly databases: readonly string[];
  readonly topicPrefix: string;
  readonly connector: ConnectorPlan;
  /** The topics that belong to this shard: schema history, schema changes, heartbeat, data unless merged. */
  readonly topics: readonly TopicPlan[];
  /** Topic on which the flow check waits for its probe row. */
  readonly probeTopic: string;
}

export interface BrokerPlan extends StatefulPlan {
  /** The image's environment: KAFKA_* variables and CLUSTER_ID. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface KafkaPlan {
  readonly brokers: readonly BrokerPlan[];
  /** Bootstrap addresses for clients inside the network, separated by commas. */
  readonly internalBootstrap: string;
  /** Bootstrap addresses for clients on the host, separated by commas. */
  readonly hostBootstrap: string;
}

export interface WorkerPlan extends ContainerPlan {
  /** connect-distributed.properties, without secrets. */
  readonly properties: Readonly<Record<string, string>>;
  /** JVM heap options. */
  readonly heapOptions: string;
}

export interface ConnectPlan {
  readonly workers: readonly WorkerPlan[];
  /** Root of the first worker's REST API as reached from this machine. */
  readonly restUrl: string;
  /** The workers' own topics: configurations, offsets, status. */
  readonly topics: readonly TopicPlan[];
  readonly debeziumVersion: string;
  /** Volume that holds the connector plugins, mounted read-only under `plugin.path`. */
  readonly pluginVolume: string;
}

/** Where the images come from, and which. */
export interface ImagePlan {
  readonly source: "official" | "packages";
  readonly mysqlVersion: string;
  readonly kafkaVersion: string;
  /** References that the configuration gives itself. */
  readonly mysql: string | undefined;
  readonly kafka: string | undefined;
}

export interface PipelinePlan {
  /** `PROJECT-STACK`: prefix of every name on the engine, and the value of the label `cdc.stack`. */
  readonly stack: string;
  readonly network: string;
  /** Folder under sql/ that is applied to every shard; undefined for none. */
  readonly schema: string | undefined;
  readonly timeZone: string;
  readonly images: ImagePlan;
  readonly shards: readonly ShardPlan[];
  readonly kafka: KafkaPlan;
  readonly connect: ConnectPlan;
  /** Topics that several shards write to (merged data topics). */
  readonly sharedTopics: readonly TopicPlan[];
  /** Whether changes that delete what is in topics may pass. */
  readonly allowDataLoss: boolean;
  /** What is worth knowing but stops nothing. */
  readonly warnings: readonly Problem[];
}
