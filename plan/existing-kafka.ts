/** Brokers that somebody else runs: how they are reached, and what Kafka's clients in Java are told beside the addresses. */
import type { ExistingKafka, KafkaSasl } from "../config/existing-schema.ts";
import {
  connectorSecretsFile,
  kafkaAuthorityFile,
  kafkaKeystoreFile,
  kafkaLoginKey,
  loginKeyOf,
} from "../lib/constants.ts";
import type { ClientCertificate, KafkaEndpoint, SaslUser } from "../lib/endpoint.ts";
import type { KafkaPlan } from "./types.ts";

/**
 * @param authorities certificates by their files.
 * @param certificate whose, where one is shown.
 */
export function planExistingKafka(
  existing: ExistingKafka,
  authorities: Readonly<Record<string, string>>,
  certificate?: ClientCertificate,
): KafkaPlan {
  const { bootstrapServers, tls, sasl, takeTopics, deleteTopics } = existing;
  const ca = typeof tls === "object" && tls.caFile !== undefined ? authorities[tls.caFile] : undefined;
  const endpoint: KafkaEndpoint = {
    bootstrap: bootstrapServers.join(","),
    ...(tls !== false && { tls: ca === undefined ? {} : { ca } }),
    ...(sasl !== undefined && { sasl: saslUser(sasl) }),
    ...(certificate !== undefined && { certificate }),
  };
  return {
    brokers: [],
    controllers: [],
    // The same for everybody: a name that leads elsewhere from a container is not for this.
    endpoints: { inNetwork: endpoint, fromHost: endpoint },
    existing: { takeTopics, deleteTopics },
  };
}

function saslUser({ mechanism, user = "", clientId = "", tokenEndpoint, scope }: KafkaSasl): SaslUser {
  if (tokenEndpoint === undefined) return { mechanism, user };
  return { mechanism, user: clientId, token: { endpoint: tokenEndpoint, ...(scope !== undefined && { scope }) } };
}

/**
 * Properties of a client, by Kafka's names; the login is a placeholder of the worker's config provider.
 * @returns none for brokers that take plain connections from everybody.
 */
export function clientProperties({ tls, sasl, certificate }: KafkaEndpoint): Record<string, string> {
  if (tls === undefined && sasl === undefined) return {};
  return {
    "security.protocol": `${sasl === undefined ? "" : "SASL_"}${tls === undefined ? "PLAINTEXT" : "SSL"}`,
    ...(sasl !== undefined && {
      "sasl.mechanism": sasl.mechanism,
      "sasl.jaas.config": jaasPlaceholder(tls?.authority === "stack" ? loginKeyOf(sasl.user) : kafkaLoginKey),
    }),
    ...(sasl?.token !== undefined && {
      "sasl.login.callback.handler.class":
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
      "sasl.oauthbearer.token.endpoint.url": sasl.token.endpoint,
    }),
    ...((tls?.ca ?? tls?.authority) !== undefined && {
      "ssl.truststore.location": kafkaAuthorityFile,
      "ssl.truststore.type": "PEM",
    }),
    // A file, and no text: Debezium writes the properties of its own clients to the log, and knows a password by its name alone.
    ...(certificate !== undefined && {
      "ssl.keystore.location": kafkaKeystoreFile,
      "ssl.keystore.type": "PEM",
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
