/** The file by which the workers' connectors log in to the shards' servers, and by which whoever logs in as they do finds how. */
import {
  cdcUser,
  connectAuthorityKey,
  connectPasswordKey,
  enginePasswordKey,
  kafkaAuthorityKey,
  kafkaLoginKey,
  kafkaPasswordKey,
  loginKeyOf,
  secretsFolder,
} from "./constants.ts";
import type { HttpAccess, KafkaEndpoint, MysqlLogin, SaslUser } from "./endpoint.ts";
import { certificatesIn, pemBody, pemOf } from "./pem.ts";

/** What the file has of one account. */
export interface ConnectorSecret {
  readonly passwordKey: string;
  readonly password: string;
  /** Whom to trust; left out for the authorities that everybody trusts, and where nothing is encrypted. */
  readonly authority?: {
    /** The Java truststore beside the file, which has the same. */
    readonly truststore: string;
    /** PEM of one certificate or more. */
    readonly ca: string;
  };
}

/** How to log in to brokers that somebody else runs. */
export interface KafkaSecret extends SaslUser {
  readonly password: string;
  /** PEM, for whoever has no file of its own for it. */
  readonly ca?: string;
}

/** What the file may have beside the accounts of MySQL servers. */
export interface OtherSecrets {
  readonly kafka?: KafkaSecret | undefined;
  /** Password of the search engine's user. */
  readonly engine?: string | undefined;
  /** How the workers' REST API is reached; undefined where it wants no login. */
  readonly connect?: Required<HttpAccess> | undefined;
}

/** A file of properties, as Java reads it (FileConfigProvider). */
export function connectorSecrets(secrets: readonly ConnectorSecret[], others: OtherSecrets = {}): string {
  const { kafka, engine, connect } = others;
  return [
    ...secrets.flatMap(({ passwordKey, password, authority }) => [
      `${passwordKey}=${escaped(password)}\n`,
      authority === undefined ? "" : `${authorityKey(authority.truststore)}=${bodies(authority.ca)}\n`,
    ]),
    ...(kafka === undefined
      ? []
      : [
          `${kafkaPasswordKey}=${escaped(kafka.password)}\n`,
          // The placeholder stands for the whole: whoever checks the configuration sees no part of it.
          `${kafkaLoginKey}=${escaped(jaasOf(kafka))}\n`,
          kafka.ca === undefined ? "" : `${kafkaAuthorityKey}=${bodies(kafka.ca)}\n`,
        ]),
    engine === undefined ? "" : `${enginePasswordKey}=${escaped(engine)}\n`,
    ...(connect === undefined
      ? []
      : [`${connectPasswordKey}=${escaped(connect.password)}\n`, `${connectAuthorityKey}=${bodies(connect.ca)}\n`]),
  ].join("");
}

const loginModules = "org.apache.kafka.common.security.";

/** Logins of several principals, for one file: of each its login alone, as Java takes it. */
export function principalLogins(secrets: readonly KafkaSecret[]): string {
  return secrets.map((secret) => `${loginKeyOf(secret.user)}=${escaped(jaasOf(secret))}\n`).join("");
}

/** What a broker takes from an account that is there before any other. Upstream: `plain.sasl.jaas.config` of a listener. */
export function takenLogin(user: string, password: string): string {
  const login = `${loginModules}plain.PlainLoginModule required user_${user}=${quoted(password)};`;
  return `${kafkaLoginKey}=${escaped(login)}\n`;
}

/** How the workers' REST API is reached, by such a file; undefined when it does not say. */
export function connectAccessIn(text: string): HttpAccess | undefined {
  const [password, authority] = [connectPasswordKey, connectAuthorityKey].map((key) => secretIn(text, key));
  return password === undefined || authority === undefined ? undefined : { password, ca: authorityPem(authority) };
}

/** A login as Kafka's clients in Java take it. Upstream: `sasl.jaas.config`, read by org.apache.kafka.common.security.JaasConfig. */
function jaasOf({ mechanism, user, password, token }: KafkaSecret): string {
  if (token !== undefined) {
    const scope = token.scope === undefined ? "" : ` scope=${quoted(token.scope)}`;
    return `${loginModules}oauthbearer.OAuthBearerLoginModule required clientId=${quoted(user)} clientSecret=${quoted(password)}${scope};`;
  }
  const kind = mechanism === "PLAIN" ? "plain.Plain" : "scram.Scram";
  return `${loginModules}${kind}LoginModule required username=${quoted(user)} password=${quoted(password)};`;
}

/** As java.io.StreamTokenizer reads a quoted text: it takes a backslash for the beginning of an escape. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** Key of the certificates in a truststore: base64 of each one's DER, with commas between them. @param truststore its file. */
export function authorityKey(truststore: string): string {
  return truststore.replace(`${secretsFolder}/`, "").replace(/-authority\.jks$/, ".authority");
}

function bodies(ca: string): string {
  return certificatesIn(ca).map(pemBody).join(",");
}

/** PEM of what stands under `authorityKey`. */
export function authorityPem(found: string): string {
  return found
    .split(",")
    .map((body) => pemOf("CERTIFICATE", body))
    .join("");
}

/** Brokers of the stack's own, with whom to trust as them. @param text a file that `connectorSecrets` made. */
export function withAuthority(kafka: KafkaEndpoint, text: string): KafkaEndpoint {
  const found = secretIn(text, kafkaAuthorityKey);
  return found === undefined ? kafka : { ...kafka, tls: { ...kafka.tls, ca: authorityPem(found) } };
}

/** A login as resources of the state keep it. */
export interface KeptLogin {
  /** Left out, it is the CDC account of the stack's own servers. */
  readonly user?: string;
  readonly password: string;
  /** PEM. Left out, the server's endpoint says whom to trust. */
  readonly ca?: string;
}

export function loginOf({ user = cdcUser, password, ca }: KeptLogin): MysqlLogin {
  return { user, password, ...(ca !== undefined && { tls: { ca } }) };
}

/** The value of a key; undefined when the file has none. */
export function secretIn(text: string, key: string): string | undefined {
  const line = text.split("\n").find((one) => one.startsWith(`${key}=`));
  return line === undefined ? undefined : unescaped(line.slice(key.length + 1));
}

/** So that a value of any characters comes out of java.util.Properties as it was. */
function escaped(value: string): string {
  return value.replaceAll(/[\\ ]|[^ -~]/gu, (one) =>
    one === "\\" || one === " "
      ? `\\${one}`
      : [...Array(one.length).keys()].map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gs, (_, unit: string | undefined, one: string) =>
    unit === undefined ? one : String.fromCharCode(Number.parseInt(unit, 16)),
  );
}
