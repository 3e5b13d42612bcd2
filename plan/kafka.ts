/** The broker: KRaft, one node that is broker and controller. */
import { createHash } from "node:crypto";
import { replicationFactor } from "./topics.ts";
import type { KafkaPlan } from "./types.ts";

const alias = "kafka";
const internalPort = 29092;
const hostPortInside = 9092;
const controllerPort = 9093;

/**
 * Plans the broker.
 * @param stack prefix of the names on the engine.
 * @param hostPort port on 127.0.0.1; also what the broker advertises to clients on the host.
 */
export function planKafka(stack: string, hostPort: number): KafkaPlan {
  const listeners = { INTERNAL: internalPort, HOST: hostPortInside, CONTROLLER: controllerPort };
  const names = Object.keys(listeners);
  const internalBootstrap = `${alias}:${internalPort}`;
  const hostBootstrap = `localhost:${hostPort}`;
  const replicas = String(replicationFactor);
  return {
    container: `${stack}-kafka`,
    alias,
    port: { internal: hostPortInside, host: hostPort },
    volume: `${stack}-kafka-data`,
    internalBootstrap,
    hostBootstrap,
    environment: {
      CLUSTER_ID: clusterId(stack),
      KAFKA_ADVERTISED_LISTENERS: `INTERNAL://${internalBootstrap},HOST://${hostBootstrap}`,
      // A typing error in a topic's name is to be an error, not a new topic.
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
      KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
      KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${controllerPort}`,
      // A consumer group of one stack has nobody to wait for.
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
      KAFKA_HEAP_OPTS: "-Xms256m -Xmx512m",
      KAFKA_INTER_BROKER_LISTENER_NAME: "INTERNAL",
      KAFKA_LISTENERS: Object.entries(listeners)
        .map(([name, port]) => `${name}://:${port}`)
        .join(","),
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: names.map((name) => `${name}:PLAINTEXT`).join(","),
      KAFKA_LOG_DIRS: "/var/lib/kafka/data",
      KAFKA_NODE_ID: "1",
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: replicas,
      KAFKA_PROCESS_ROLES: "broker,controller",
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: replicas,
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: replicas,
      // Exactly-once sources are transactions: with the default of 3 replicas they would wait for ever.
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: replicas,
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: replicas,
    },
  };
}

/** A KRaft cluster id (16 bytes, base64url) that is the same at every preview and differs from stack to stack. */
function clusterId(stack: string): string {
  return createHash("sha256").update(`${stack} cluster id`).digest().subarray(0, 16).toString("base64url");
}
