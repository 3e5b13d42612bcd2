/**
 * A Kafka of somebody else's: in a network of its own, its clients' listeners with TLS by an authority of its own, one with SCRAM, one
 * that wants a certificate (mutual TLS) and one that wants a token, and denied is what no ACL allows. Its administrator uses Kafka's own tools inside the container, by a listener that nobody else reaches.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packagedImage } from "../../../config/packaged-images.ts";
import { readerGroups, stackLabel } from "../../../lib/constants.ts";
import { run } from "../../../lib/run.ts";
import { makeCertificate } from "../../../provider/certificates.ts";
import { buildPackagedImages } from "../../../tools/toolchain/images.ts";
import { freePort, type Authority } from "./elsewhere.ts";
import { untilSucceeds } from "./until.ts";

const administrators = "localhost:29092";

export class KafkaElsewhere {
  readonly name = `cdc-theirs-kafka-${randomBytes(4).toString("hex")}`;
  readonly host: string;
  #ports: readonly number[] = [];
  readonly #authority: Authority;
  readonly #keysEndpoint: string;

  /** @param keysEndpoint where the keys are that tokens are signed with. */
  constructor(authority: Authority, host: string, keysEndpoint: string) {
    this.#authority = authority;
    this.host = host;
    this.#keysEndpoint = keysEndpoint;
  }

  /** Where its clients reach it. */
  get bootstrap(): string {
    return this.#at(0);
  }

  /** Where those of them do who show a certificate of the same authority. */
  get certificateBootstrap(): string {
    return this.#at(1);
  }

  /** Where those of them do who show a token. */
  get tokenBootstrap(): string {
    return this.#at(2);
  }

  #at(listener: number): string {
    const port = this.#ports[listener];
    if (port === undefined) throw new Error(`${this.name} was not started`);
    return `${this.host}:${port}`;
  }

  /** Makes it, on free ports of the machine, and waits until it answers. */
  async start(): Promise<void> {
    const ports = new Set<number>();
    while (ports.size < 3) ports.add(await freePort(this.host));
    this.#ports = [...ports];
    await buildPackagedImages({ log: () => {} });
    await this.docker("network", "create", "--label", `${stackLabel}=${this.name}`, this.name);
    const { certificate, privateKey } = await makeCertificate(this.#authority, [this.host, this.name], Date.now());
    const folder = await mkdtemp(join(tmpdir(), "cdc-theirs-"));
    try {
      await writeFile(join(folder, "keystore.pem"), `${privateKey}${certificate}`);
      await writeFile(join(folder, "authority.pem"), this.#authority.certificate);
      const labels = ["--label", `${stackLabel}=${this.name}`];
      const options = ["--name", this.name, "--hostname", this.name, "--network", this.name, ...labels];
      const environment = Object.entries(this.#environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
      const published = [`${this.bootstrap}:9093`, `${this.certificateBootstrap}:9095`, `${this.tokenBootstrap}:9096`];
      const publish = published.flatMap((port) => ["--publish", port]);
      await this.docker("create", ...options, ...publish, ...environment, packagedImage("kafka"));
      // Into a folder that is made by it: no path of this machine has to be one of the engine's.
      await run("sh", ["-c", `chmod 0755 "${folder}" && chmod 0644 "${folder}"/*.pem`]);
      await this.docker("cp", folder, `${this.name}:/etc/theirs`);
    } finally {
      await rm(folder, { recursive: true });
    }
    await this.docker("start", this.name);
    await this.#answers();
  }

  async restart(): Promise<void> {
    await this.docker("restart", "--time", "30", this.name);
    await this.#answers();
  }

  async #answers(): Promise<void> {
    await untilSucceeds("the brokers answer", () => this.tool("kafka-topics.sh", "--list"));
  }

  /** One of Kafka's tools, as the administrator. */
  async tool(name: string, ...args: string[]): Promise<string> {
    // A small heap and the quickest compiler: each is a short run of Java.
    const java = ["--env", "KAFKA_HEAP_OPTS=-Xmx128m -XX:TieredStopAtLevel=1", "--env", "LC_ALL=C.UTF-8"];
    const tool = [`/opt/kafka/bin/${name}`, "--bootstrap-server", administrators];
    return await this.docker("exec", ...java, this.name, ...tool, ...args);
  }

  /** An account for SCRAM-SHA-512, with what it may. */
  async account(user: string, password: string, acls: readonly (readonly string[])[]): Promise<void> {
    const credential = ["--alter", "--add-config", `SCRAM-SHA-512=[password=${password}]`];
    await this.tool("kafka-configs.sh", ...credential, "--entity-type", "users", "--entity-name", user);
    await this.allow(user, acls);
  }

  /** @param acls arguments of kafka-acls.sh, of one call each: `--operation Read --topic NAME`. */
  async allow(user: string, acls: readonly (readonly string[])[]): Promise<void> {
    for (const acl of acls)
      await this.tool("kafka-acls.sh", "--add", "--allow-principal", `User:${user}`, ...acl, "--force");
  }

  /** Everything that an administrator would look for: topics with their settings, groups, accounts, ACLs. */
  async everything(): Promise<string> {
    const all = [
      await this.tool("kafka-topics.sh", "--describe", "--exclude-internal"),
      await this.tool("kafka-configs.sh", "--describe", "--entity-type", "users"),
      await this.tool("kafka-acls.sh", "--list"),
      await this.tool("kafka-consumer-groups.sh", "--list"),
    ];
    // Groups of who read a topic once hold nothing, and the brokers forget them by themselves.
    const lines = (text: string) => text.split("\n").filter((line) => !line.startsWith(readerGroups));
    return all.map((text) => lines(text).toSorted().join("\n").trim()).join("\n\n");
  }

  async docker(...args: string[]): Promise<string> {
    return (await run("docker", args)).stdout.trim();
  }

  async remove(): Promise<void> {
    await run("docker", ["rm", "--force", "--volumes", this.name]).catch(() => {});
    await run("docker", ["network", "rm", this.name]).catch(() => {});
  }

  get #environment(): Readonly<Record<string, string>> {
    return {
      KAFKA_HEAP_OPTS: "-Xmx384m",
      KAFKA_NODE_ID: "1",
      KAFKA_PROCESS_ROLES: "broker,controller",
      KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:9094",
      KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
      KAFKA_LISTENERS:
        "CLIENTS://:9093,CERTIFIED://:9095,TOKENS://:9096,OWN://localhost:29092,CONTROLLER://localhost:9094",
      KAFKA_ADVERTISED_LISTENERS: `CLIENTS://${this.bootstrap},CERTIFIED://${this.certificateBootstrap},TOKENS://${this.tokenBootstrap},OWN://${administrators}`,
      KAFKA_INTER_BROKER_LISTENER_NAME: "OWN",
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP:
        "CLIENTS:SASL_SSL,CERTIFIED:SSL,TOKENS:SASL_SSL,OWN:PLAINTEXT,CONTROLLER:PLAINTEXT",
      KAFKA_SASL_ENABLED_MECHANISMS: "SCRAM-SHA-512",
      KAFKA_LISTENER_NAME_CLIENTS_SCRAM___SHA___512_SASL_JAAS_CONFIG:
        "org.apache.kafka.common.security.scram.ScramLoginModule required;",
      KAFKA_LISTENER_NAME_TOKENS_SASL_ENABLED_MECHANISMS: "OAUTHBEARER",
      KAFKA_LISTENER_NAME_TOKENS_OAUTHBEARER_SASL_JAAS_CONFIG:
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
      KAFKA_LISTENER_NAME_TOKENS_OAUTHBEARER_SASL_SERVER_CALLBACK_HANDLER_CLASS:
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler",
      // Clients have to show a new one on a connection that lives longer.
      KAFKA_LISTENER_NAME_TOKENS_OAUTHBEARER_CONNECTIONS_MAX_REAUTH_MS: "30000",
      KAFKA_SASL_OAUTHBEARER_JWKS_ENDPOINT_URL: this.#keysEndpoint,
      KAFKA_SASL_OAUTHBEARER_EXPECTED_AUDIENCE: "kafka",
      KAFKA_OPTS: `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${this.#keysEndpoint}`,
      KAFKA_LISTENER_NAME_CERTIFIED_SSL_CLIENT_AUTH: "required",
      KAFKA_LISTENER_NAME_CERTIFIED_SSL_TRUSTSTORE_TYPE: "PEM",
      KAFKA_LISTENER_NAME_CERTIFIED_SSL_TRUSTSTORE_LOCATION: "/etc/theirs/authority.pem",
      KAFKA_SSL_KEYSTORE_TYPE: "PEM",
      KAFKA_SSL_KEYSTORE_LOCATION: "/etc/theirs/keystore.pem",
      KAFKA_AUTHORIZER_CLASS_NAME: "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      KAFKA_SUPER_USERS: "User:ANONYMOUS",
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: "5",
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
      KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: "5",
      KAFKA_LOG_DIRS: "/var/lib/kafka/data",
    };
  }
}
