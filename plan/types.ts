/** The plan: everything the components need, decided, as plain data that can be printed and compared. */
import type { ImagePlan } from "../config/images.ts";
import type { Endpoints, HttpEndpoint, KafkaEndpoint, MysqlEndpoint, Written } from "../lib/endpoint.ts";
import type { Problem } from "../lib/problem.ts";
import type { PublishedPort } from "./endpoints.ts";
import type { Topology } from "./topology.ts";
import type { MonitoringPlan } from "./monitoring.ts";

/** A container's place in a network. */
export interface NetworkPlan {
  /** Name on the engine. */
  readonly name: string;
  /** The container's names in it; none where it only asks. */
  readonly aliases: readonly string[];
}

export interface ContainerPlan {
  /** Prefix of the logical names of the container's resources. */
  readonly name: string;
  /** Name on the Docker engine, unique to the stack: `cdc-dev-kafka`. */
  readonly container: string;
  /** Name inside its networks: `kafka`. */
  readonly alias: string;
  /** Whom it can reach, and who can reach it. */
  readonly networks: readonly NetworkPlan[];
  /** Estimate of what the container needs: heap or buffer pool, and what the process needs beside it. */
  readonly expectedMemoryMiB: number;
  /** The most that the container may have, page cache included; no swap beside it. */
  readonly memoryLimitMiB: number;
  /** How many processes and threads the container may have at once. */
  readonly pidsLimit: number;
}

/** A container that is reached from this machine. */
export interface PublishedPlan extends ContainerPlan {
  readonly port: PublishedPort;
}

/** A container with data of its own. */
export interface StatefulPlan extends PublishedPlan {
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

/** What a connector is to be: `paused` keeps its task, `stopped` gives it up; both keep the offsets. */
export type DesiredState = "running" | "paused" | "stopped";

export interface ConnectorPlan {
  readonly name: string;
  /** The configuration as `PUT /connectors/NAME/config` takes it; secrets are placeholders of the worker's config provider. */
  readonly config: Readonly<Record<string, string>>;
  /** Those of `config` that are the plan's; `connectors.properties` and a shard's `connectorProperties` may not say otherwise. */
  readonly own: Readonly<Record<string, string>>;
  readonly state: DesiredState;
  /** What becomes of offsets and schema history when the connector is taken out. */
  readonly onDelete: "reset" | "keep";
  /** Place in the binlog at which a connector without stored offsets begins, as Debezium keeps it: `{ file, pos, gtids }`. */
  readonly initialOffset: Readonly<Record<string, string | number>> | undefined;
  readonly debeziumVersion: string;
}

/** A MySQL server of the stack's own. */
export interface ServerPlan extends StatefulPlan {
  /** What its certificate names: host names and IP addresses. */
  readonly certificateNames: readonly string[];
  /** mysqld's arguments. */
  readonly mysqldArgs: readonly string[];
  /** Those of the options that are the plan's, with `_` in their names; `mysql.options` and a shard's `mysqlOptions` may not say otherwise. */
  readonly ownMysqlOptions: Readonly<Record<string, string>>;
}

/** The account by which a shard is captured. Its password is in no plan. */
export interface CdcAccountPlan {
  readonly user: string;
  /** Key of its password in the connectors' secrets file. */
  readonly passwordKey: string;
  /** How the connector encrypts: Debezium's `database.ssl.mode`. */
  readonly sslMode: "verify_identity" | "verify_ca" | "disabled";
  /** The Java truststore on the workers, a file; undefined for the authorities that Java trusts. */
  readonly truststore: string | undefined;
  /** Whether it writes nothing: no heartbeats, probes or signals into the pipeline's own database. */
  readonly isReadOnly: boolean;
  /** The administrator who makes it on a server that somebody else runs; undefined where it is there, or the stack's own. */
  readonly madeBy?: string;
}

/** Table (`DATABASE.TABLE`) whose rows are commands to a connector, or the topic whose records are. */
export type SignalsPlan = { readonly table: string } | { readonly topic: string };

export interface ShardPlan {
  readonly name: string;
  /** Under which its resources and data were made: its former name, or its name. */
  readonly key: string;
  /** Its server; undefined where somebody else runs it. */
  readonly server: ServerPlan | undefined;
  /** Where its server is reached. */
  readonly endpoints: Endpoints<MysqlEndpoint>;
  readonly account: CdcAccountPlan;
  /** Databases of the captured tables, and the pipeline's own; on a server of the stack's own they are made. */
  readonly databases: readonly string[];
  readonly topicPrefix: string;
  readonly connector: ConnectorPlan;
  /** The topics that belong to this shard: schema history, schema changes, the pipeline's own tables, notifications, data unless merged. */
  readonly topics: readonly TopicPlan[];
  /** Topic on which the flow check waits for its probe row; where nothing is written, for a heartbeat. */
  readonly probeTopic: string;
  /** Topic on which the heartbeat row arrives every few seconds, however quiet the shard is; where nothing is written, Debezium's own heartbeat. */
  readonly heartbeatTopic: string;
  /** Topic on which the connector tells of its snapshots. */
  readonly notificationTopic: string;
  /** Where commands to the connector are written. */
  readonly signals: SignalsPlan;
  /** Captured tables that cannot do without a key, and why: of their topic, or of the index. */
  readonly keyNeeds: Readonly<Record<string, "topic" | "index">>;
}

export interface BrokerPlan extends StatefulPlan {
  /** `node.id`. */
  readonly nodeId: number;
  /** Where it is reached. */
  readonly endpoints: Endpoints<KafkaEndpoint>;
  /** What its certificate names, its principal first; undefined where nothing is encrypted. */
  readonly certificateNames?: readonly string[];
  /** The image's environment: KAFKA_* variables and CLUSTER_ID. */
  readonly environment: Readonly<Record<string, string>>;
  /** The properties in it that are the plan's, by the broker's names; `kafka.properties` may not say otherwise. */
  readonly own: Readonly<Record<string, string>>;
}

export interface KafkaPlan {
  /** None where somebody else runs them. */
  readonly brokers: readonly BrokerPlan[];
  /** Node ids of those that are controllers too. */
  readonly controllers: readonly number[];
  /** Where all brokers are reached. */
  readonly endpoints: Endpoints<KafkaEndpoint>;
  /** What may be done with topics on brokers that somebody else runs; undefined where the brokers are the stack's own. */
  readonly existing?: ExistingKafkaPlan;
}

export interface ExistingKafkaPlan {
  /** Whether topics with records that are there already are taken as the stack's own. */
  readonly takeTopics: boolean;
  /** Whether topics that the stack made go with it, with their records. */
  readonly deleteTopics: boolean;
}

export interface WorkerPlan extends PublishedPlan {
  /** Where its REST API is reached. */
  readonly endpoints: Endpoints<HttpEndpoint>;
  /** connect-distributed.properties, without secrets. */
  readonly properties: Readonly<Record<string, string>>;
  /** Those of `properties` that are the plan's; `connect.properties` may not say otherwise. */
  readonly own: Readonly<Record<string, string>>;
  /** The image's environment: options of the JVM. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names in its certificate; undefined where it speaks plain HTTP. */
  readonly certificateNames: readonly string[] | undefined;
}

export interface ConnectPlan {
  readonly workers: readonly WorkerPlan[];
  /** Where the REST API is reached: the first worker's, which passes on what is another one's. */
  readonly endpoints: Endpoints<HttpEndpoint>;
  /** The workers' own topics: configurations, offsets, status. */
  readonly topics: readonly TopicPlan[];
  /** One for each version that a shard's connector is of, from old to new. */
  readonly plugins: readonly PluginPlan[];
  /** Undefined where the workers cannot load it (CDC-615). */
  readonly filter: FilterPlan | undefined;
}

/** The filter of the workers' REST API: a volume of its own, mounted read-only. */
export interface FilterPlan {
  /** Begin of the volume's name on the engine; a hash of the filter's sources follows. */
  readonly volume: string;
  /** A part of the workers' `plugin.path`. */
  readonly path: string;
}

/** A Debezium release on the workers: a volume of its own, mounted read-only. */
export interface PluginPlan {
  readonly version: string;
  /** The volume's name on the engine. */
  readonly volume: string;
  /** Where the workers find it; a part of their `plugin.path`. */
  readonly path: string;
}

/** Settings of the guard. It finds the connectors on the worker, so that a further shard leaves the guard alone. */
export interface GuardSettings {
  /** The workers' REST APIs inside the network. */
  readonly connectUrls: readonly Written<HttpEndpoint>[];
  /** The brokers inside the network. */
  readonly bootstrap: Written<KafkaEndpoint>;
  /** Time between two checks of the connectors. */
  readonly checkSeconds: number;
  /** How long no heartbeat may arrive from a connector that says RUNNING. */
  readonly stallSeconds: number;
  /** Pauses before the first, second … restart of what failed; after the last one the guard gives up. */
  readonly restartAfterSeconds: readonly number[];
}

/** The container that restarts what failed or stalled. It publishes no port, unless it serves metrics. */
export interface GuardPlan extends ContainerPlan {
  readonly settings: GuardSettings;
}

/** Settings of a guard that serves metrics and the operator's page. */
export interface MonitoredGuardSettings extends GuardSettings {
  readonly metrics: MetricsSettings;
  readonly asks: AskedBeside;
  readonly page: OperatorPageSettings;
}

/** What is asked for metrics and page beside the guard's checks, as far as the workers' connectors do not tell it. */
export interface AskedBeside {
  /** Topics of the stack that are no shard's own. */
  readonly topics: Readonly<Record<"merged data" | "dead letters" | "worker", readonly string[]>>;
  /** The search engine, and the aliases that have to be there; left out where there is no read side. */
  readonly engine?: { readonly endpoint: Written<HttpEndpoint>; readonly aliases: readonly string[] };
}

/** What the operator's page tells beside what the guard finds. */
export interface OperatorPageSettings {
  /** As everything of the stack is called on the engine: `cdc-dev`. */
  readonly stack: string;
  /** How old a change may be that has not arrived. */
  readonly maxDelaySeconds: number;
  readonly topology: Topology;
}

/** How metrics are served. */
export interface MetricsSettings {
  /** Port that the server listens on, in the container. */
  readonly port: number;
  /** Names of the container that stand for its address in each network where it is asked. */
  readonly listensAt: readonly string[];
  /** The names by which it may be asked, without ports. */
  readonly hosts: readonly string[];
  /** How old a check may be that something is still told of; in seconds. */
  readonly silentSeconds: number;
  /** Who may ask, by HTTPS alone. Default: everybody who reaches it, by plain HTTP. */
  readonly login?: { readonly user: string };
}

/** A guard that serves metrics. */
export interface MonitoredGuardPlan extends GuardPlan, PublishedPlan {
  /** Names in its certificate; undefined where it speaks plain HTTP. */
  readonly certificateNames: readonly string[] | undefined;
  readonly endpoints: Endpoints<HttpEndpoint>;
  readonly settings: MonitoredGuardSettings;
}

/** The search engine's container: one node of OpenSearch. */
export interface EnginePlan extends StatefulPlan {
  /** Options of its JVM. */
  readonly javaOptions: string;
  /** Further settings of the node. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the volume stays when the stack goes. */
  readonly keepsData: boolean;
}

/** One table's index: its name is an alias, so that a rebuilt index can take its place. */
export interface IndexPlan {
  /** `DATABASE.TABLE`. */
  readonly table: string;
  /** What readers and the sink name: `DATABASE-TABLE`. Behind it stands `ALIAS-000001`, after a rebuild `ALIAS-000002` … */
  readonly alias: string;
  /** Topics whose records become the documents. */
  readonly topics: readonly string[];
  readonly shards: readonly IndexedShard[];
}

/** A shard that captures an index's table. */
export interface IndexedShard {
  readonly name: string;
  /** The shard in the documents' `shard` field, and the first part of their `_id`. */
  readonly id: string;
  /** Its server as reached from this machine. */
  readonly mysql: MysqlEndpoint;
  /** Topics on which the sink learns which of the shard's tables were emptied or dropped. */
  readonly removalTopics: readonly string[];
  /** The table's columns that are left out of events, and those that are masked there. */
  readonly excludeColumns: readonly string[];
  readonly maskColumns: readonly string[];
}

/** The sink connector, and its plugin's volume, mounted read-only on the workers. */
export interface SinkPlan {
  readonly name: string;
  /** The configuration as `PUT /connectors/NAME/config` takes it. */
  readonly config: Readonly<Record<string, string>>;
  /** Those of `config` that are the plan's; `readSide.sink.properties` may not say otherwise. */
  readonly own: Readonly<Record<string, string>>;
  readonly plugin: SinkPluginPlan;
}

export interface SinkPluginPlan {
  /** Begin of the volume's name on the engine; a hash of what is in it follows, so that another plugin is another volume. */
  readonly volume: string;
  /** A part of the workers' `plugin.path`. */
  readonly path: string;
  /** An archive that the configuration names, relative to the checkout, and its checksum; undefined for the sink of `apps/sink/`. */
  readonly archive: { readonly file: string; readonly sha256: string } | undefined;
}

/** The search page's container. */
export interface SearchPagePlan extends PublishedPlan {
  readonly endpoints: Endpoints<HttpEndpoint>;
  readonly settings: SearchPageSettings;
}

/** Settings of the search page. */
export interface SearchPageSettings {
  /** The engine's REST API inside the network. */
  readonly engineUrl: Written<HttpEndpoint>;
  /** Where the password of its user is found, in the container. Default: nobody logs in. */
  readonly passwordFile?: string;
  /** The names by which it may be asked, without ports. */
  readonly hosts: readonly string[];
  /** Aliases that are searched, and the tables that they stand for. */
  readonly indices: readonly { readonly alias: string; readonly table: string }[];
}

/** The read side: a search engine that a sink keeps in step with the shards. */
export interface ReadSidePlan {
  /** Undefined where an existing engine is used. */
  readonly engine: EnginePlan | undefined;
  /** Where the engine's REST API is reached; an existing one everywhere by the same URL. */
  readonly endpoints: Endpoints<HttpEndpoint>;
  /** How long a written document may wait until a search finds it, in milliseconds. */
  readonly refreshIntervalMs: number;
  /** One for each captured table. */
  readonly indices: readonly IndexPlan[];
  /** The pipeline's own probe rows, by which the way into the index is proven and timed; undefined where no shard may be written to. */
  readonly probeIndex: IndexPlan | undefined;
  readonly sink: SinkPlan;
  /** Records that the sink could not take, with the reason in their headers. */
  readonly deadLetterTopic: string;
  /** Dead letters that are given to the sink once more. */
  readonly retryTopic: string;
  /** Both of them. */
  readonly topics: readonly TopicPlan[];
  /** Undefined when it is switched off. */
  readonly page: SearchPagePlan | undefined;
}

/** Words of a person's choosing: another one than at the last `up` means a new password. Undefined: it stays as it is. */
export interface RotationPlan {
  readonly cdcAccount?: string | undefined;
  readonly mysqlRoot?: string | undefined;
  readonly kafkaAccounts?: string | undefined;
  readonly connectLogin?: string | undefined;
}

/** `cdc:security`. */
export type Security = "plain" | "tls";

export interface PipelinePlan {
  /** `PROJECT-STACK`: prefix of every name on the engine, and the value of the label `cdc.stack`. */
  readonly stack: string;
  /** The network that is made before everything else: who has it has the stack's name. */
  readonly network: string;
  /** Already added to every published port. */
  readonly portOffset: number;
  /** Whether the stack's own services take encrypted connections alone, from whoever logs in. */
  readonly security: Security;
  /** Folder under sql/ that is applied to every shard; undefined for none. */
  readonly schema: string | undefined;
  readonly timeZone: string;
  readonly images: ImagePlan;
  readonly shards: readonly ShardPlan[];
  readonly kafka: KafkaPlan;
  readonly connect: ConnectPlan;
  /** Undefined when it is switched off. */
  readonly guard: GuardPlan | MonitoredGuardPlan | undefined;
  /** Undefined without a Prometheus of the pipeline's own. */
  readonly monitoring: MonitoringPlan | undefined;
  /** How old a change may be that its topic, or the index, does not have yet. */
  readonly maxDelaySeconds: number;
  /** Undefined when it is switched off. */
  readonly readSide: ReadSidePlan | undefined;
  /** Topics that several shards write to (merged data topics). */
  readonly sharedTopics: readonly TopicPlan[];
  /** Names of what may be deleted with its data: `topic:shard0.products.stock`. */
  readonly allowDelete: readonly string[];
  /** Whether the shards' volumes stay when the stack is destroyed. */
  readonly keepData: boolean;
  readonly rotation: RotationPlan;
  /** What is worth knowing but stops nothing. */
  readonly warnings: readonly Problem[];
}
