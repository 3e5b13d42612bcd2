/** The Kafka Connect worker in distributed mode. */
import { connectorSecretsFile, connectRestPort, pluginPath } from "./constants.ts";
import { replicationFactor, workerTopics } from "./topics.ts";
import type { ConnectPlan } from "./types.ts";
import { debeziumVersion } from "./versions.ts";

const alias = "connect";
const topicNames = { config: "connect-configs", offset: "connect-offsets", status: "connect-status" };

/**
 * Plans the worker.
 * @param stack prefix of the names on the engine.
 * @param hostPort port of the REST API on 127.0.0.1.
 * @param bootstrap the broker's address inside the network.
 */
export function planConnect(stack: string, hostPort: number, bootstrap: string): ConnectPlan {
  const json = "org.apache.kafka.connect.json.JsonConverter";
  const replicas = String(replicationFactor);
  return {
    container: `${stack}-connect`,
    alias,
    port: { internal: connectRestPort, host: hostPort },
    restUrl: `http://localhost:${hostPort}`,
    heapOptions: "-Xms256m -Xmx768m",
    pluginVolume: `${stack}-debezium-${debeziumVersion}`,
    topics: workerTopics(topicNames),
    properties: {
      "bootstrap.servers": bootstrap,
      "config.providers": "file",
      "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
      "config.providers.file.param.allowed.paths": connectorSecretsFile,
      "config.storage.replication.factor": replicas,
      "config.storage.topic": topicNames.config,
      "exactly.once.source.support": "enabled",
      "group.id": stack,
      "key.converter": json,
      listeners: `http://0.0.0.0:${connectRestPort}`,
      "offset.flush.interval.ms": "5000",
      "offset.storage.replication.factor": replicas,
      "offset.storage.topic": topicNames.offset,
      // Every plugin of Kafka's and of Debezium's carries a ServiceLoader manifest; scanning all classes instead doubles the start-up time.
      "plugin.discovery": "service_load",
      "plugin.path": pluginPath,
      "rest.advertised.host.name": alias,
      // There is one worker: nobody else could take over while it restarts.
      "scheduled.rebalance.max.delay.ms": "0",
      "status.storage.replication.factor": replicas,
      "status.storage.topic": topicNames.status,
      // Topics are declared by the plan.
      "topic.creation.enable": "false",
      "value.converter": json,
    },
  };
}

/** Renders worker properties in Java's properties format, sorted, so that the same plan gives the same bytes. */
export function renderProperties(properties: Readonly<Record<string, string>>): string {
  const lines = Object.entries(properties)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value.replaceAll("\\", "\\\\")}`);
  return `${lines.join("\n")}\n`;
}
