/** Brokers that somebody else runs: addresses, logins, authorities, and what does not go beside them. */
import { existingKafka, type Fields, type Row } from "./write.ts";

const at = (field: string) => `cdc:kafka.existing.${field}`;
const kafka = (fields: Fields): Fields => ({ kafka: { existing: { ...existingKafka, ...fields } } });
const servers = (...bootstrapServers: unknown[]) => kafka({ bootstrapServers });
const sasl = (fields: Fields) => kafka({ sasl: { ...existingKafka.sasl, ...fields } });
const token = {
  mechanism: "OAUTHBEARER",
  tokenEndpoint: "https://id.example.com/token",
  clientId: "cdc",
  clientSecret: { secure: "v1:x" },
};
const tokens = (fields: Fields, more: Fields = {}): Fields => ({
  kafka: { existing: { ...existingKafka, sasl: { ...token, ...fields } }, ...more },
});
const beside = (fields: Fields): Fields => ({ kafka: { existing: existingKafka, ...fields } });
const switched: Fields = { security: "tls" };
const first = at("bootstrapServers[0]");

export const existingBrokers: readonly Row[] = [
  ["no brokers", kafka({ bootstrapServers: undefined }), "CDC-102", at("bootstrapServers"), /add/],
  ["an empty list", servers(), "CDC-103", at("bootstrapServers"), /change/],
  ["a text for a list", kafka({ bootstrapServers: "b1:9092" }), "CDC-102", at("bootstrapServers"), /change/],
  ["a broker without a port", servers("b1.example.com"), "CDC-104", first, /change/],
  ["a port of 0", servers("b1:0"), "CDC-104", first, /change/],
  ["a port beyond the last", servers("b1:65536"), "CDC-104", first, /change/],
  ["two in one text", servers("b1:9092,b2:9092"), "CDC-104", first, /change/],
  ["a listener's URL", servers("SASL_SSL://b1:9092"), "CDC-104", first, /change/],
  ["localhost", servers("localhost:9092"), "CDC-232", first, /that containers reach too.*advertised\.listeners/],
  ["127.0.0.1", servers("127.0.0.1:9092"), "CDC-232", first, /that containers reach too/],
  ["IPv6's loopback", servers("[::1]:9092"), "CDC-232", first, /that containers reach too/],
  ["the second at localhost", servers("b1:9092", "localhost:9092"), "CDC-232", at("bootstrapServers[1]"), /containers/],
  ["no mechanism", sasl({ mechanism: undefined }), "CDC-102", at("sasl.mechanism"), /add/],
  ["another mechanism", sasl({ mechanism: "GSSAPI" }), "CDC-105", at("sasl.mechanism"), /change/],
  ["a mechanism in small letters", sasl({ mechanism: "scram-sha-512" }), "CDC-105", at("sasl.mechanism"), /change/],
  ["no user", sasl({ user: undefined }), "CDC-102", at("sasl.user"), /add/],
  ["a user in quotes", sasl({ user: 'c"dc' }), "CDC-104", at("sasl.user"), /change/],
  ["no password", sasl({ password: undefined }), "CDC-102", at("sasl.password"), /config set --secret --path/],
  [
    "a password in clear",
    sasl({ password: "s3cret" }),
    "CDC-112",
    at("sasl.password"),
    /config set --secret --path 'cdc:kafka\.existing\.sasl\.password'/,
  ],
  ["no server of tokens", tokens({ tokenEndpoint: undefined }), "CDC-102", at("sasl.tokenEndpoint"), /add/],
  ["no client's id", tokens({ clientId: undefined }), "CDC-102", at("sasl.clientId"), /add/],
  [
    "no client's secret",
    tokens({ clientSecret: undefined }),
    "CDC-102",
    at("sasl.clientSecret"),
    /config set --secret/,
  ],
  [
    "a client's secret in clear",
    tokens({ clientSecret: "s3cret" }),
    "CDC-112",
    at("sasl.clientSecret"),
    /config set --secret --path 'cdc:kafka\.existing\.sasl\.clientSecret'/,
  ],
  ["a host for a URL", tokens({ tokenEndpoint: "id.example.com" }), "CDC-104", at("sasl.tokenEndpoint"), /change/],
  [
    "a URL with a password",
    tokens({ tokenEndpoint: "https://cdc:s3cret@id.example.com/token" }),
    "CDC-104",
    at("sasl.tokenEndpoint"),
    /change/,
  ],
  [
    "tokens of localhost",
    tokens({ tokenEndpoint: "http://localhost/t" }),
    "CDC-232",
    at("sasl.tokenEndpoint"),
    /reach too/,
  ],
  ["a scope in quotes", tokens({ scope: '"kafka"' }), "CDC-104", at("sasl.scope"), /change/],
  ["an account beside a token", tokens({ user: "cdc" }), "CDC-237", at("sasl.user"), /take it out/],
  ["a token beside an account", sasl({ scope: "kafka" }), "CDC-237", at("sasl.scope"), /take it out/],
  [
    "tokens for a worker of 3.9",
    tokens({}, { version: "3.9.1" }),
    "CDC-238",
    at("sasl.mechanism"),
    /cdc:kafka\.version: 4/,
  ],
  ["a word for tls", kafka({ tls: "SSL" }), "CDC-102", at("tls"), /change/],
  ["a file that is not there", kafka({ tls: { caFile: "no/such.pem" } }), "CDC-113", at("tls.caFile"), /name a PEM/],
  ["an unknown field", kafka({ bootstrap: "b1:9092" }), "CDC-101", at("bootstrap"), /rename or remove/],
  ["a number of brokers", beside({ brokers: 3 }), "CDC-235", "cdc:kafka.brokers", /take it out/],
  ["controllers", beside({ controllers: 1 }), "CDC-235", "cdc:kafka.controllers", /take it out/],
  ["a port of ours", beside({ port: 9192 }), "CDC-235", "cdc:kafka.port", /take it out/],
  ["a heap", beside({ heapMiB: 256 }), "CDC-235", "cdc:kafka.heapMiB", /take it out/],
  [
    "properties",
    beside({ properties: { "log.retention.hours": 1 } }),
    "CDC-235",
    "cdc:kafka.properties",
    /take it out/,
  ],
  ["brokers in clear beside the switch", { ...kafka({ tls: false }), ...switched }, "CDC-442", at("tls"), /speak TLS/],
  ["nobody who logs in, beside it", { ...kafka({ sasl: undefined }), ...switched }, "CDC-442", at("sasl"), /who logs/],
  ["an unknown security", { security: "ssl" }, "CDC-105", "cdc:security", /change/],
  [
    "the plan's TLS said otherwise",
    { ...kafka({}), connect: { properties: { "producer.security.protocol": "PLAINTEXT" } } },
    "CDC-302",
    "cdc:connect.properties.producer.security.protocol",
    /remove/,
  ],
  [
    "the plan's login said otherwise",
    { ...kafka({}), connectors: { properties: { "schema.history.internal.producer.sasl.mechanism": "PLAIN" } } },
    "CDC-302",
    "cdc:connectors.properties.schema.history.internal.producer.sasl.mechanism",
    /remove/,
  ],
];
