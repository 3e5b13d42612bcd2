/** The plan: everything the components need, decided, as plain data that can be printed and compared. */

/** A container's published port: `internal` in the container, `host` on 127.0.0.1. */
export interface PublishedPort {
  readonly internal: number;
  readonly host: number;
}

export interface ContainerPlan {
  /** Name on the Docker engine, unique to the stack: `cdc-dev-kafka`. */
  readonly container: string;
  /** Name inside the pipeline's network: `kafka`. */
  readonly alias: string;
  readonly port: PublishedPort;
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

export interface ShardPlan extends ContainerPlan {
  readonly name: string;
  /** mysqld's arguments. */
  readonly mysqldArgs: readonly string[];
  /** Databases made on the shard: those of the captured tables, and the pipeline's own. */
  readonly databases: readonly string[];
  readonly topicPrefix: string;
  readonly connector: ConnectorPlan;
  /** The topics that belong to this shard: schema history, schema changes, heartbeat, data. */
  readonly topics: readonly TopicPlan[];
  /** Topic on which the flow check waits for its probe row. */
  readonly probeTopic: string;
}

export interface KafkaPlan extends ContainerPlan {
  /** Bootstrap address for clients inside the network. */
  readonly internalBootstrap: string;
  /** Bootstrap address for clients on the host. */
  readonly hostBootstrap: string;
  /** The image's environment: KAFKA_* variables and CLUSTER_ID. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ConnectPlan extends Omit<ContainerPlan, "volume"> {
  readonly restUrl: string;
  /** connect-distributed.properties, without secrets. */
  readonly properties: Readonly<Record<string, string>>;
  /** JVM heap options of the worker. */
  readonly heapOptions: string;
  /** The worker's own topics: configurations, offsets, status. */
  readonly topics: readonly TopicPlan[];
  /** Volume that holds the connector plugins, mounted read-only under `plugin.path`. */
  readonly pluginVolume: string;
}

export interface PipelinePlan {
  /** `PROJECT-STACK`: prefix of every name on the engine, and the value of the label `cdc.stack`. */
  readonly stack: string;
  readonly network: string;
  /** Folder under sql/ that is applied to every shard; undefined for none. */
  readonly schema: string | undefined;
  readonly images: "official" | "packages";
  readonly shards: readonly ShardPlan[];
  readonly kafka: KafkaPlan;
  readonly connect: ConnectPlan;
}
