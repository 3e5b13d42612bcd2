/** Secrets in clear, wherever properties can be written. */
import { places, type Row } from "./write.ts";

/** The name or the form gives them away. */
const secretValues: readonly (readonly [key: string, value: string])[] = [
  // All that Kafka 4.3.1 types as PASSWORD, but for certificates; with the prefixes of clients.
  ["ssl.key.password", "x"],
  ["ssl.keystore.key", "-----BEGIN"],
  ["ssl.keystore.password", "x"],
  ["ssl.truststore.password", "x"],
  ["producer.override.sasl.oauthbearer.assertion.private.key.passphrase", "x"],
  ["consumer.sasl.oauthbearer.client.credentials.client.secret", "x"],
  ["delegation.token.secret.key", "x"],
  ["sasl.jaas.config", 'x.PlainLoginModule required username="a" password="b";'],
  // What else there is.
  ["schema.registry.basic.auth.user.info", "me:x"],
  ["connection.url", "https://me:x@search:9200"],
  ["aws.secret.access.key", "x"],
  ["api_key", "x"],
  ["authtoken", "x"],
  ["db.pass", "x"],
  ["headers", '{"a": [{"token": "x"}]}'],
  ["half.a.password", "x${file:/a:b}"],
];

export const secrets: readonly Row[] = places.flatMap(([path, write]) =>
  secretValues.map(([key, value]): Row => [
    `${key} in clear in ${path}`,
    write({ [key]: value }),
    "CDC-304",
    `${path}.${key}`,
    /\$\{file:/,
  ]),
);
