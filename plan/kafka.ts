/** The brokers: KRaft; the first one or three are broker and controller, further ones are brokers only. */
import { createHash } from "node:crypto";
import type { PipelineConfig } from "../config/schema.ts";
import type { Endpoints, KafkaEndpoint } from "../lib/endpoint.ts";
import { brokerEndpoints, clusterEndpoints, publishedPort, type PublishedPort } from "./endpoints.ts";
import { pidsLimit } from "./limits.ts";
import { jvmMemoryLimitMiB } from "./memory.ts";
import { escapedValue } from "./java-properties.ts";
import { jvmEnvironment } from "./jvm.ts";
import { askedIn, networkNames } from "./networks.ts";
import { brokerProperties } from "./row-size.ts";
import { minInSyncReplicas } from "./topics.ts";
import type { BrokerPlan, KafkaPlan } from "./types.ts";

const internalPort = 29092;
const hostListenerPort = 9092;
const controllerPort = 9093;
const jvmOverheadMiB = 200;

/** Of the brokers' own topics, instead of 50 each: a start makes them all, and a development cluster has few groups and tasks. */
const fewPartitions = { "offsets.topic.num.partitions": "10", "transaction.state.log.num.partitions": "10" };

/** Plans the brokers; adding one leaves the others' identity, ports and data as they are. */
export function planKafka(stack: string, config: PipelineConfig): KafkaPlan {
  const ids = Array.from({ length: config.kafka.brokers }, (_, index) => index + 1);
  const brokers = ids.map((id) => planBroker(stack, id, config));
  return {
    brokers,
    controllers: controllerIds(config),
    endpoints: clusterEndpoints(brokers.map(({ endpoints }) => endpoints)),
  };
}

/** Node ids of the controllers: three go on without one of them. */
function controllerIds({ kafka }: Pick<PipelineConfig, "kafka">): number[] {
  const count = kafka.controllers ?? (kafka.brokers >= 3 ? 3 : 1);
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** The first one has the plain name that clients know. */
function aliasOf(id: number): string {
  return id === 1 ? "kafka" : `kafka-${id}`;
}

function portOf(id: number, config: PipelineConfig): PublishedPort {
  return publishedPort(hostListenerPort, config.kafka.port + id - 1 + config.portOffset);
}

function endpointsOf(id: number, config: PipelineConfig): Endpoints<KafkaEndpoint> {
  return brokerEndpoints(aliasOf(id), internalPort, portOf(id, config));
}

function planBroker(stack: string, id: number, config: PipelineConfig): BrokerPlan {
  const alias = aliasOf(id);
  const own = ownProperties(id, config);
  return {
    name: alias,
    nodeId: id,
    container: `${stack}-${alias}`,
    alias,
    networks: [askedIn(networkNames(stack).pipeline, alias)],
    port: portOf(id, config),
    endpoints: endpointsOf(id, config),
    volume: `${stack}-${alias}-data`,
    expectedMemoryMiB: config.kafka.heapMiB + jvmOverheadMiB,
    memoryLimitMiB: jvmMemoryLimitMiB(config.kafka.heapMiB),
    pidsLimit,
    environment: {
      ...asEnvironment(fewPartitions),
      ...asEnvironment(config.kafka.properties),
      CLUSTER_ID: clusterId(stack),
      ...jvmEnvironment("broker", config.kafka.heapMiB),
      ...asEnvironment(own),
    },
    own,
  };
}

function ownProperties(id: number, config: PipelineConfig): Record<string, string> {
  const { inNetwork, fromHost } = endpointsOf(id, config);
  const controllers = controllerIds(config);
  const isController = controllers.includes(id);
  const listeners = [`INTERNAL://:${internalPort}`, `HOST://:${hostListenerPort}`];
  const internalReplicas = Math.min(config.kafka.brokers, 3);
  return {
    "advertised.listeners": `INTERNAL://${inNetwork.bootstrap},HOST://${fromHost.bootstrap}`,
    // A typing error in a topic's name is to be an error, not a new topic.
    "auto.create.topics.enable": "false",
    "controller.listener.names": "CONTROLLER",
    // Voters whose set never changes (plan/quorum.ts): other brokers can come and go.
    "controller.quorum.voters": controllers.map((voter) => `${voter}@${aliasOf(voter)}:${controllerPort}`).join(","),
    // A consumer group of a development stack has nobody to wait for.
    "group.initial.rebalance.delay.ms": "0",
    "inter.broker.listener.name": "INTERNAL",
    listeners: [...listeners, ...(isController ? [`CONTROLLER://:${controllerPort}`] : [])].join(","),
    "listener.security.protocol.map": "INTERNAL:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": "/var/lib/kafka/data",
    "node.id": String(id),
    "offsets.topic.replication.factor": String(internalReplicas),
    "process.roles": isController ? "broker,controller" : "broker",
    ...brokerProperties(config),
    "share.coordinator.state.topic.min.isr": minInSyncReplicas(internalReplicas),
    "share.coordinator.state.topic.replication.factor": String(internalReplicas),
    // Exactly-once sources are transactions: with more replicas asked for than there are brokers they would wait for ever.
    "transaction.state.log.min.isr": minInSyncReplicas(internalReplicas),
    "transaction.state.log.replication.factor": String(internalReplicas),
  };
}

/**
 * The image's way to name properties: `a.b-c_d` is KAFKA_A_B__C___D (apache/kafka, KafkaDockerWrapper). It writes the values
 * as they are into server.properties, which the broker then reads in Java's format.
 */
function asEnvironment(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      `KAFKA_${key.replaceAll("_", "___").replaceAll("-", "__").replaceAll(".", "_").toUpperCase()}`,
      escapedValue(value),
    ]),
  );
}

/** A KRaft cluster id (16 bytes, base64url) that is the same at every preview and differs from stack to stack. */
function clusterId(stack: string): string {
  return createHash("sha256").update(`${stack} cluster id`).digest().subarray(0, 16).toString("base64url");
}
