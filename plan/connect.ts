/** The Kafka Connect workers, in distributed mode. */
import type { PipelineConfig } from "../config/schema.ts";
import { connectRestPort, pluginsFolder, secretsFolder } from "../lib/constants.ts";
import { brokersAs, type KafkaEndpoint } from "../lib/endpoint.ts";
import { certificateNames, publishedPort, workerEndpoints } from "./endpoints.ts";
import { propertiesOf } from "./existing-kafka.ts";
import { pidsLimit } from "./limits.ts";
import { jvmMemoryLimitMiB } from "./memory.ts";
import { jvmEnvironment } from "./jvm.ts";
import { restName, workerNetworks } from "./networks.ts";
import { filterProperties, planFilter } from "./rest-filter.ts";
import { extensions, securedRest, withLogin } from "./rest-security.ts";
import { minInSyncReplicas, replicationFactor, TopicPlanner, type WorkerTopics } from "./topics.ts";
import type { ConnectPlan, WorkerPlan } from "./types.ts";

/** The topics that workers make for themselves. On brokers that others use too they have the stack's name in theirs. */
export function workerTopics(stack: string, { kafka }: Pick<PipelineConfig, "kafka">): WorkerTopics {
  const name = (what: string) => (kafka.existing === undefined ? `connect-${what}` : `${stack}-connect-${what}`);
  return { config: name("configs"), offset: name("offsets"), status: name("status") };
}

export const jsonConverter = "org.apache.kafka.connect.json.JsonConverter";
const jvmOverheadMiB = 200;

/** Kafka 3.8 and later (KIP-581); a connector with a converter of its own needs it of its own. */
export const keepNulls = "value.converter.replace.null.with.default";

/** What the workers are to carry. */
export interface WorkersLoad {
  /** The brokers inside the network. */
  readonly kafka: KafkaEndpoint;
  /** Debezium releases that the shards' connectors are of, each once. */
  readonly versions: readonly string[];
  /** Folders of other plugins on the workers. */
  readonly furtherPlugins: readonly string[];
  /** The configurations of all connectors. */
  readonly configs: readonly Readonly<Record<string, string>>[];
}

/** Plans the workers. */
export function planConnect(stack: string, config: PipelineConfig, load: WorkersLoad): ConnectPlan {
  const { versions, furtherPlugins } = load;
  const plugins = versions.map((version) => ({
    version,
    volume: `${stack}-debezium-mysql-${version}`,
    path: `${pluginsFolder}/${version}`,
  }));
  const ids = Array.from({ length: config.connect.workers }, (_, index) => index + 1);
  const filter = planFilter(stack, config);
  const filterPaths = filter === undefined ? [] : [filter.path];
  const pluginPaths = [...plugins.map(({ path }) => path), ...filterPaths, ...furtherPlugins];
  const [first, ...others] = ids.map((id) => planWorker(stack, id, config, load, pluginPaths));
  if (first === undefined) throw new Error("a plan has at least one worker");
  return {
    workers: [first, ...others],
    endpoints: first.endpoints,
    topics: new TopicPlanner(config).worker(workerTopics(stack, config)),
    plugins,
    filter,
  };
}

function planWorker(
  stack: string,
  id: number,
  config: PipelineConfig,
  { kafka, configs }: WorkersLoad,
  pluginPaths: readonly string[],
): WorkerPlan {
  const alias = id === 1 ? "connect" : `connect-${id}`;
  const container = `${stack}-${alias}`;
  const port = publishedPort(connectRestPort, config.connect.port + id - 1 + config.portOffset);
  const filter = filterProperties(config, { aliases: [alias, container], door: restName(stack, alias), configs });
  const own = {
    ...ownProperties(stack, alias, config, kafka, pluginPaths),
    ...filter,
    ...securedRest(config, filter[extensions]),
  };
  return {
    name: alias,
    container,
    alias,
    networks: workerNetworks(stack, alias, config),
    port,
    endpoints: workerEndpoints(alias, port, config.security),
    expectedMemoryMiB: config.connect.heapMiB + jvmOverheadMiB,
    memoryLimitMiB: jvmMemoryLimitMiB(config.connect.heapMiB),
    pidsLimit,
    environment: withLogin(
      config,
      jvmEnvironment("worker", config.connect.heapMiB, config.kafka.existing?.sasl?.tokenEndpoint),
    ),
    certificateNames: config.security === "tls" ? certificateNames(alias, container) : undefined,
    properties: {
      "key.converter": jsonConverter,
      "offset.flush.interval.ms": "5000",
      // An event's schema is nine tenths of it, and the same in all of a batch.
      "producer.batch.size": "131072",
      "producer.compression.type": "zstd",
      // It is started together with the brokers, and is to find them soon after they are there.
      "reconnect.backoff.max.ms": "250",
      // Every plugin of Kafka's and of Debezium's carries a ServiceLoader manifest; scanning all classes instead doubles the start-up time.
      "plugin.discovery": "service_load",
      // With one worker nobody else could take over while it restarts; with more, a short restart moves no task.
      "scheduled.rebalance.max.delay.ms": config.connect.workers === 1 ? "0" : "10000",
      "value.converter": jsonConverter,
      // Else a NULL in a column that has a default is written as that default, and no reader can tell.
      [keepNulls]: "false",
      ...config.connect.properties,
      ...own,
    },
    own,
  };
}

function ownProperties(
  stack: string,
  alias: string,
  config: PipelineConfig,
  kafka: KafkaEndpoint,
  pluginPaths: readonly string[],
): Record<string, string> {
  const factor = replicationFactor(config);
  const replicas = String(factor);
  const topics = workerTopics(stack, config);
  return {
    ...storedSafely(factor),
    "bootstrap.servers": kafka.bootstrap,
    // Its own clients, and those that it makes for connectors.
    ...propertiesOf(kafka, [""]),
    ...propertiesOf(brokersAs(kafka, "source"), ["producer.", "consumer.", "admin."]),
    "config.providers": "file",
    "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
    "config.providers.file.param.allowed.paths": secretsFolder,
    "config.storage.replication.factor": replicas,
    "config.storage.topic": topics.config,
    "exactly.once.source.support": "enabled",
    "group.id": stack,
    listeners: `http://0.0.0.0:${connectRestPort}`,
    "offset.storage.replication.factor": replicas,
    "offset.storage.topic": topics.offset,
    "plugin.path": pluginPaths.join(","),
    "rest.advertised.host.name": alias,
    "status.storage.replication.factor": replicas,
    "status.storage.topic": topics.status,
    // Topics that connectors write to are declared by the plan.
    "topic.creation.enable": "false",
  };
}

/** What the topics that a worker makes for itself are given beside their replicas (KIP-605), as all topics of the plan are. */
function storedSafely(replicas: number): Record<string, string> {
  if (replicas < 3) return {};
  const topics = ["config", "offset", "status"];
  return Object.fromEntries(
    topics.map((topic) => [`${topic}.storage.min.insync.replicas`, minInSyncReplicas(replicas)]),
  );
}

/** Those of the properties that say how keys, values and headers are written and read; by which release is each plugin's own affair. */
export function converterSettings(properties: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(properties).filter(
    ([key]) => /^(key|value|header)\.converter(\.|$)/.test(key) && !key.endsWith(".plugin.version"),
  );
  return Object.fromEntries(entries);
}
