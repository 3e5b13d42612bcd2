/** Brokers that somebody else runs: how they are reached, and what Kafka's clients in Java are told beside the addresses. */
import type { ExistingKafka } from "../config/existing-schema.ts";
import { connectorSecretsFile, kafkaAuthorityFile, kafkaLoginKey, loginKeyOf } from "../lib/constants.ts";
import type { KafkaEndpoint } from "../lib/endpoint.ts";
import type { KafkaPlan } from "./types.ts";

/**
 * @param authorities certificates by their files.
 */
export function planExistingKafka(existing: ExistingKafka, authorities: Readonly<Record<string, string>>): KafkaPlan {
  const { bootstrapServers, tls, sasl, takeTopics, deleteTopics } = existing;
  const ca = typeof tls === "object" ? authorities[tls.caFile] : undefined;
  const endpoint: KafkaEndpoint = {
    bootstrap: bootstrapServers.join(","),
    ...(tls !== false && { tls: ca === undefined ? {} : { ca } }),
    ...(sasl !== undefined && { sasl: { mechanism: sasl.mechanism, user: sasl.user } }),
  };
  return {
    brokers: [],
    controllers: [],
    // The same for everybody: a name that leads elsewhere from a container is not for this.
    endpoints: { inNetwork: endpoint, fromHost: endpoint },
    existing: { takeTopics, deleteTopics },
  };
}

/**
 * Properties of a client, by Kafka's names; the login is a placeholder of the worker's config provider.
 * @returns none for brokers that take plain connections from everybody.
 */
export function clientProperties({ tls, sasl }: KafkaEndpoint): Record<string, string> {
  if (tls === undefined && sasl === undefined) return {};
  return {
    "security.protocol": `${sasl === undefined ? "" : "SASL_"}${tls === undefined ? "PLAINTEXT" : "SSL"}`,
    ...(sasl !== undefined && {
      "sasl.mechanism": sasl.mechanism,
      "sasl.jaas.config": jaasPlaceholder(tls?.authority === "stack" ? loginKeyOf(sasl.user) : kafkaLoginKey),
    }),
    ...((tls?.ca ?? tls?.authority) !== undefined && {
      "ssl.truststore.location": kafkaAuthorityFile,
      "ssl.truststore.type": "PEM",
    }),
  };
}

function jaasPlaceholder(key: string): string {
  return `\${file:${connectorSecretsFile}:${key}}`;
}

/** The same for several clients of one configuration. @param prefixes of their properties: `producer.`. */
export function propertiesOf(kafka: KafkaEndpoint, prefixes: readonly string[]): Record<string, string> {
  const entries = Object.entries(clientProperties(kafka));
  return Object.fromEntries(
    prefixes.flatMap((prefix) => entries.map(([key, value]) => [`${prefix}${key}`, value] as const)),
  );
}
