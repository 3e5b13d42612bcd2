/** The brokers: KRaft; the first one or three are broker and controller, further ones are brokers only. */
import { createHash } from "node:crypto";
import type { PipelineConfig } from "../config/schema.ts";
import {
  kafkaKeystoreFile,
  brokerSecretsFile,
  kafkaAuthorityFile,
  kafkaLoginKey,
  secretsFolder,
} from "../lib/constants.ts";
import type { Endpoints, KafkaEndpoint } from "../lib/endpoint.ts";
import { brokerEndpoints, certificateNames, clusterEndpoints, publishedPort, type PublishedPort } from "./endpoints.ts";
import { pidsLimit } from "./limits.ts";
import { jvmMemoryLimitMiB } from "./memory.ts";
import { escapedValue } from "./java-properties.ts";
import { jvmEnvironment } from "./jvm.ts";
import { askedIn, networkNames } from "./networks.ts";
import { providerPrincipal, type Principal } from "./principals.ts";
import { brokerProperties } from "./row-size.ts";
import { minInSyncReplicas } from "./topics.ts";
import type { BrokerPlan, KafkaPlan } from "./types.ts";

const internalPort = 29092;
const hostListenerPort = 9092;
const controllerPort = 9093;
/** With `cdc:security: tls` brokers have a listener of their own for one another. */
const brokersPort = 29093;
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
    endpoints: withSecurity(clusterEndpoints(brokers.map(({ endpoints }) => endpoints)), config),
  };
}

/** As the workers see them in the network, and `cdc` on this machine. */
function withSecurity(
  { inNetwork, fromHost }: Endpoints<KafkaEndpoint>,
  { security }: PipelineConfig,
): Endpoints<KafkaEndpoint> {
  if (security === "plain") return { inNetwork, fromHost };
  const as = (user: Principal) =>
    ({ tls: { authority: "stack" }, sasl: { mechanism: "SCRAM-SHA-512", user } }) as const;
  return { inNetwork: { ...inNetwork, ...as("worker") }, fromHost: { ...fromHost, ...as("cdc") } };
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
    ...(config.security === "tls" && { certificateNames: certificateNames(alias, `${stack}-${alias}`) }),
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
    ...(config.security === "tls" && secureProperties(id, config)),
  };
}

/** What a broker has otherwise with `cdc:security: tls`: nobody comes in in clear or unknown, and nobody may what nothing allows. */
function secureProperties(id: number, config: PipelineConfig): Record<string, string> {
  const { inNetwork, fromHost } = endpointsOf(id, config);
  const brokers = Array.from({ length: config.kafka.brokers }, (_, index) => brokerPrincipal(aliasOf(index + 1)));
  const isController = controllerIds(config).includes(id);
  const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  return {
    "advertised.listeners": `INTERNAL://${inNetwork.bootstrap},HOST://${fromHost.bootstrap},BROKERS://${aliasOf(id)}:${brokersPort}`,
    "allow.everyone.if.no.acl.found": "false",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "config.providers": "file",
    "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
    "config.providers.file.param.allowed.paths": secretsFolder,
    "inter.broker.listener.name": "BROKERS",
    // A broker shows its certificate to the others, and is known by it.
    "listener.name.brokers.ssl.client.auth": "required",
    "listener.name.controller.ssl.client.auth": "required",
    // SCRAM's accounts are kept by the brokers themselves: somebody has to make the first one.
    "listener.name.host.plain.sasl.jaas.config": `\${file:${brokerSecretsFile}:${kafkaLoginKey}}`,
    "listener.name.host.sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
    "listener.name.host.scram-sha-512.sasl.jaas.config": scram,
    "listener.name.internal.scram-sha-512.sasl.jaas.config": scram,
    "listener.security.protocol.map": "INTERNAL:SASL_SSL,HOST:SASL_SSL,BROKERS:SSL,CONTROLLER:SSL",
    listeners: [
      `INTERNAL://:${internalPort}`,
      `HOST://:${hostListenerPort}`,
      `BROKERS://:${brokersPort}`,
      ...(isController ? [`CONTROLLER://:${controllerPort}`] : []),
    ].join(","),
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "ssl.keystore.location": kafkaKeystoreFile,
    "ssl.keystore.type": "PEM",
    "ssl.truststore.location": kafkaAuthorityFile,
    "ssl.truststore.type": "PEM",
    "super.users": [...brokers, `User:${providerPrincipal}`].join(";"),
  };
}

/** As the subject of its certificate says. */
function brokerPrincipal(alias: string): string {
  return `User:CN=${alias}`;
}

/**
 * The image's way to name properties: `a.b-c_d` is KAFKA_A_B___C__D (apache/kafka, KafkaDockerWrapper). It writes the values
 * as they are into server.properties, which the broker then reads in Java's format.
 */
function asEnvironment(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      `KAFKA_${key.replaceAll("_", "__").replaceAll("-", "___").replaceAll(".", "_").toUpperCase()}`,
      escapedValue(value),
    ]),
  );
}

/** A KRaft cluster id (16 bytes, base64url) that is the same at every preview and differs from stack to stack. */
function clusterId(stack: string): string {
  return createHash("sha256").update(`${stack} cluster id`).digest().subarray(0, 16).toString("base64url");
}
