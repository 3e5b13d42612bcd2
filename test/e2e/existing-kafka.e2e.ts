/**
 * A stack whose brokers and search engine somebody else runs, in other networks, with TLS by an authority of its own and logins: SCRAM, with
 * ACLs that allow what `cdc acls` names and nothing more, and HTTP Basic. Brought up, watched, hurt, and removed; nothing of theirs is changed.
 * It moves to a login by tokens (OAUTHBEARER), and is brought up again with one by a certificate (mutual TLS). The tests go through the
 * life of that one stack in their order.
 */
import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import type { KafkaAddress } from "../../clients/kafka/connection.ts";
import { aclArguments, type Acl } from "../../plan/acls.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, committedConfig, dockerLines, execute, namesOwnedBy } from "./support/checkout.ts";
import { addressForContainers, ownAuthority, type Authority } from "./support/elsewhere.ts";
import { decode, readAll } from "./support/events.ts";
import { clientCertificate, type ClientPair } from "../support/client-certificate.ts";
import { TokenServer } from "../support/token-server.ts";
import { EngineElsewhere } from "./support/engine-elsewhere.ts";
import { KafkaElsewhere } from "./support/kafka-elsewhere.ts";
import { topicsOn } from "./support/kafka-topics.ts";
import { sqlIn } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { placesOf } from "./support/secret-places.ts";
import { secretsIn } from "./support/secrets.ts";
import { until } from "./support/until.ts";

const portOffset = 24_000;
const connect = `http://localhost:${8083 + portOffset}`;
const page = `http://127.0.0.1:${8090 + portOffset}`;
const guardPage = `http://127.0.0.1:${9108 + portOffset}`;
const checkout = new Checkout("e2e-existing-kafka");
const worker = new ConnectClient({ url: connect });
const startedMs = Date.now();
const unchanged = /Resources:\s+\d+ unchanged/;
/** What a person may have made up, not only what we would. */
const password = String.raw`s3 cret=\"ü#!:$1${randomBytes(6).toString("hex")}`;

/** Of the certificate for a login; with a comma, as companies have one in their names. */
const subject = [{ O: ["Example, Inc."] }, { OU: ["data"] }, { CN: ["cdc"] }];

/** Whose tokens let it in; one is old after a minute. */
const tokenClient = {
  id: "cdc-client",
  secret: String.raw`t0ken \"ü:%$1${randomBytes(6).toString("hex")}`,
  subject: "cdc-client",
};
const tokenServer = new TokenServer(tokenClient, 60);

/** Of the engine's user. */
const searchPassword = String.raw`3ngine \"ü:%$1${randomBytes(6).toString("hex")}`;

let authority: Authority;
let engine: EngineElsewhere;
let brokers: KafkaElsewhere;
let kafka: KafkaAddress;
let before: string;

function existing(more: Record<string, unknown> = {}) {
  return {
    bootstrapServers: [brokers.bootstrap],
    tls: { caFile: "theirs.pem" },
    sasl: { mechanism: "SCRAM-SHA-512", user: "cdc" },
    ...more,
  };
}

async function writeStack(more: Record<string, unknown> = {}, replicas: Record<string, unknown> = {}): Promise<void> {
  await checkout.writeConfig({
    ...(await committedConfig("dev")),
    portOffset,
    shards: [{ name: "far", port: 3308 }],
    kafka: { existing: existing(more) },
    topics: { replicationFactor: 1, ...replicas },
    monitoring: { enabled: true },
    readSide: { enabled: true, engineUrl: engine.url, engineLogin: { user: "cdc" }, engineCaFile: "theirs.pem" },
  });
  if (!("sasl" in more)) await setSecret("kafka.existing.sasl.password", password);
  await setSecret("readSide.engineLogin.password", searchPassword);
}

/** The listener that wants a certificate. @param tls which one, and the key to it. */
async function writeStackWithCertificate(tls: Record<string, unknown>): Promise<void> {
  const login = { bootstrapServers: [brokers.certificateBootstrap], sasl: undefined };
  await writeStack({ ...login, tls: { caFile: "theirs.pem", ...tls }, deleteTopics: true });
}

/** The listener that wants a token. */
async function writeStackWithTokens(secret: string): Promise<void> {
  const { tokenEndpoint } = tokenServer;
  const sasl = { mechanism: "OAUTHBEARER", tokenEndpoint, clientId: tokenClient.id, scope: "kafka write" };
  await writeStack({ bootstrapServers: [brokers.tokenBootstrap], sasl });
  await setSecret("kafka.existing.sasl.clientSecret", secret);
}

/** Files of the checkout: `NAME.crt`, and `NAME.key` for its owner alone. */
async function writePair(name: string, { certificate, privateKey }: ClientPair): Promise<void> {
  await writeFile(join(checkout.folder, `${name}.crt`), certificate);
  await writeFile(join(checkout.folder, `${name}.key`), privateKey, { mode: 0o600 });
}

async function setSecret(field: string, value: string): Promise<void> {
  succeeded(await checkout.pulumi("config", "set", "--secret", "--path", `cdc:${field}`, value));
}

/** As CDC-112 and docs/existing-kafka.md say do. */
async function encryptKey(file: string): Promise<void> {
  const set = "pulumi config set --secret --path 'cdc:kafka.existing.tls.key'";
  const line = `. .cdc/env && ${set} --stack ${checkout.stack} < ${file}`;
  succeeded(await execute(["sh", "-c", line], { cwd: checkout.folder, env: checkout.environment() }));
}

async function sql(text: string): Promise<void> {
  await sqlIn(`${checkout.prefix}-mysql-3308`, await checkout.password("mysql-root-password"), text);
}

async function idsOf(topic: string): Promise<number[]> {
  return (await readAll(kafka, topic)).flatMap((record) => {
    const event = decode(record);
    const row = event?.after ?? event?.before;
    return row === undefined || row === null ? [] : [Number(row["id"])];
  });
}

async function insert(id: number): Promise<void> {
  await sql(`INSERT INTO products.products (id, sku, name, price) VALUES (${id}, 'sku-${id}', 'n', 1)`);
}

async function arrives(id: number): Promise<void> {
  await until(
    `the event of row ${id} arrives`,
    async () => await idsOf("far.products.products"),
    (ids) => ids.includes(id),
  );
}

/** As their administrator does with what `cdc acls` prints. */
async function allowWhatIsNeeded(): Promise<void> {
  const { user, acls } = await neededAcls();
  await brokers.account(user, password, acls.map(aclArguments));
  // Later the stack moves to the other one.
  await brokers.allow(tokenClient.subject, acls.map(aclArguments));
}

async function neededAcls(): Promise<{ user: string; acls: Acl[] }> {
  return JSON.parse(succeeded(await cdc(checkout, "--json", "acls"))) as { user: string; acls: Acl[] };
}

beforeAll(async () => {
  const host = await addressForContainers();
  authority = await ownAuthority();
  await tokenServer.start(host);
  brokers = new KafkaElsewhere(authority, host, tokenServer.keysEndpoint);
  engine = new EngineElsewhere(authority, host, "cdc", searchPassword);
  await brokers.start();
  await engine.start();
  kafka = {
    bootstrap: brokers.bootstrap,
    tls: { ca: authority.certificate },
    sasl: { mechanism: "SCRAM-SHA-512", user: "cdc" },
    password,
  };
  // Of other people, and of the pipeline's own names none.
  await brokers.tool("kafka-topics.sh", "--create", "--topic", "orders", "--partitions", "2");
  await brokers.account("somebody", "s0mebody", [["--operation", "All", "--topic", "orders"]]);
  await checkout.create({ portOffset });
  await writeFile(join(checkout.folder, "theirs.pem"), authority.certificate);
  succeeded(await checkout.make("toolchain"));
  succeeded(await checkout.pulumi("stack", "select", "--create"));
});

afterAll(async () => {
  await checkout.remove();
  await brokers?.remove();
  await engine?.remove();
  await tokenServer.stop();
});

test("brokers that cannot be used are refused before anything is made: another login, too few for the replicas", async () => {
  await writeStack({}, { replicationFactor: 3 });
  expect(failed(await checkout.pulumi("preview"))).toMatch(/CDC-730 cdc:kafka\.existing: .* does not let cdc in/);
  await allowWhatIsNeeded();
  expect(failed(await checkout.pulumi("preview"))).toContain("CDC-731 cdc:topics.replicationFactor");
  await writeStack();
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
  before = await brokers.everything();
});

test("so is an engine that does not let the user in, or whose certificate nobody trusts, each with what mends it", async () => {
  await setSecret("readSide.engineLogin.password", "another");
  const refused = failed(await checkout.pulumi("preview"));
  expect(refused).toMatch(/CDC-733 cdc:readSide\.engineLogin: .* does not let cdc in/);
  expect(refused).toContain("pulumi config set --secret --path cdc:readSide.engineLogin.password");
  await setSecret("readSide.engineLogin.password", searchPassword);

  const { readSide, ...others } = (await checkout.config()) as { readSide: { engineCaFile?: string } };
  const { engineCaFile, ...without } = readSide;
  await checkout.writeConfig({ ...others, readSide: without });
  const untrusted = failed(await checkout.pulumi("preview"));
  expect(untrusted).toMatch(/CDC-733 cdc:readSide\.engineUrl: .* has a certificate that is not trusted/);
  expect(untrusted).toContain("cdc:readSide.engineCaFile");
  await checkout.writeConfig({ ...others, readSide: { ...without, engineCaFile } });
  expect(await engine.ask("/_cat/indices")).toBe("");
});

test("up: snapshot and changes arrive on their brokers, and in the index; the second preview is empty", async () => {
  const output = succeeded(await checkout.make("up"));
  expect(output).toMatch(/far .*far-connector .*RUNNING .*RUNNING .*\d+ ms/);
  await insert(1001);
  await arrives(1001);
  expect(await topicsOn(kafka)).not.toContain("orders");
  expect((await namesOwnedBy(checkout.prefix)).filter((name) => name.includes("-kafka-kafka"))).toEqual([]);
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
  // The sink wrote through TLS and the login, the page reads by them.
  expect(await engine.ask("/_cat/aliases?h=alias")).toContain("products-products");
  const found = (await (await fetch(`${page}/api/search?q=sku-1001`)).json()) as { total: number };
  expect(found.total).toBe(1);
  expect((await namesOwnedBy(checkout.prefix)).filter((name) => name.includes("opensearch"))).toEqual([]);
});

test("status, doctor, verify, topics, tail, snapshot and reconcile log in as the pipeline does", async () => {
  await until("status is healthy", async () => (await cdc(checkout, "status")).code === 0);
  succeeded(await cdc(checkout, "doctor"));
  succeeded(await cdc(checkout, "verify"));
  succeeded(await cdc(checkout, "topics"));
  succeeded(await cdc(checkout, "events"));
  succeeded(await cdc(checkout, "snapshot", "far", "products.products"));
  succeeded(await cdc(checkout, "reconcile"));
  succeeded(await cdc(checkout, "dlq", "list"));
});

test("a task that was killed is brought back by the guard, which looks at their brokers", async () => {
  const trace = "SELECT id FROM information_schema.processlist WHERE user = 'debezium' AND command LIKE 'Binlog Dump%'";
  await sql(`SET @id = (${trace} LIMIT 1); SET @kill = CONCAT('KILL ', @id); PREPARE s FROM @kill; EXECUTE s`);
  await insert(1002);
  await arrives(1002);
  const guard = (await dockerLines("exec", `${checkout.prefix}-guard`, "cat", "/tmp/guard.json")).join("");
  expect(guard).toContain('"far-connector"');
  expect(guard).not.toContain('"error"');
});

test("drift: a topic's settings and a deleted topic are shown by a preview, and brought back by up", async () => {
  const alter = ["--alter", "--entity-type", "topics", "--entity-name", "far.cdc.probe"];
  await brokers.tool("kafka-configs.sh", ...alter, "--add-config", "retention.ms=1");
  await brokers.tool("kafka-topics.sh", "--delete", "--topic", "far.products.stock");
  const preview = succeeded(await checkout.pulumi("preview", "--diff"));
  expect(preview).toContain("far.cdc.probe: retention.ms 1 → 3600000");
  expect(preview).toContain("far.products.stock: missing → created");
  succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
  const topics = await brokers.tool("kafka-topics.sh", "--describe", "--topic", "far.cdc.probe");
  expect(topics).toContain("retention.ms=3600000");
  expect(await topicsOn(kafka)).toContain("far.products.stock");
});

test("the passwords are nowhere in clear", async () => {
  const places = await placesOf(checkout, { kafka, connect }, startedMs);
  const secrets = { "the account's password": password, "the engine's password": searchPassword };
  expect(await secretsIn(places, secrets)).toEqual([]);
});

test("brokers that were away come back, and so does the flow", async () => {
  await brokers.restart();
  await insert(1003);
  await arrives(1003);
  await until("status is healthy", async () => (await cdc(checkout, "status")).code === 0);
  expect((await worker.getStatus("far-connector"))?.tasks.map(({ state }) => state)).toEqual(["RUNNING"]);
});

test("a stack that moves to tokens: another's secret is refused in words, its own lets all in for longer than a token lives", async () => {
  await writeStackWithTokens("another secret");
  const refused = failed(await checkout.pulumi("preview"));
  expect(refused).toMatch(/CDC-730 cdc:kafka\.existing: .*\/token gives cdc-client no token .*401, invalid_client/);
  await writeStackWithTokens(tokenClient.secret);
  expect((await neededAcls()).user).toBe(tokenClient.subject);
  succeeded(await checkout.make("up"));
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
  const { length } = tokenServer.given;
  await until(
    "the tokens of up are old, and others were asked for",
    async () => await Promise.resolve(tokenServer.given.length),
    (now) => now > length + 3,
  );
  await insert(3001);
  await arrives(3001);
  await until("status is healthy", async () => (await cdc(checkout, "status")).code === 0);
  for (const command of ["doctor", "verify", "topics"]) succeeded(await cdc(checkout, command));
  const guard = (await dockerLines("exec", `${checkout.prefix}-guard`, "cat", "/tmp/guard.json")).join("");
  expect(guard).toContain('"far-connector"');
  expect(guard).not.toContain('"error"');
  expect(new Set(tokenServer.given)).toEqual(new Set(["kafka write"]));
  const places = await placesOf(checkout, { kafka, connect }, startedMs);
  expect(await secretsIn(places, { "the client's secret": tokenClient.secret })).toEqual([]);
});

test("destroy leaves topics with their records, and nothing else; the next up refuses them without a word", async () => {
  succeeded(await checkout.make("down"));
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
  expect(await idsOf("far.products.products")).toContain(1003);
  expect(await brokers.tool("kafka-consumer-groups.sh", "--list")).not.toMatch(/connect-/);
  // With it the stack went, and its file's secret.
  succeeded(await checkout.pulumi("stack", "select", "--create"));
  await writeStack();
  expect(failed(await checkout.pulumi("preview"))).toMatch(/CDC-825 topics? .*takeTopics: true/s);
});

test("with a word the topics are taken", async () => {
  await writeStack({ takeTopics: true });
  expect(succeeded(await checkout.pulumi("preview"))).toContain("far-connector");
  for (const topic of await topicsOn(kafka)) await brokers.tool("kafka-topics.sh", "--delete", "--topic", topic);
  expect(await brokers.everything()).toBe(before);
});

test("brokers that want a certificate refuse another's, and who has none, each with what mends it", async () => {
  await writePair("other", await clientCertificate(await ownAuthority(), subject));
  await writeStackWithCertificate({ certFile: "other.crt", keyFile: "other.key" });
  const refused = failed(await checkout.pulumi("preview"));
  expect(refused).toMatch(
    /CDC-730 cdc:kafka\.existing: .*(does not take the certificate|on a client with the certificate)/,
  );
  expect(refused).toMatch(/what to do: .*of an authority that the server trusts|trusts the authority that signed/);
  await writeStackWithCertificate({});
  expect(failed(await checkout.pulumi("preview"))).toMatch(
    /CDC-730 cdc:kafka\.existing: .*certificate.*tls\.certFile/s,
  );
  await writeStackWithCertificate({ certFile: "other.crt", keyFile: "theirs.pem" });
  expect(failed(await checkout.pulumi("preview"))).toContain("CDC-114 cdc:kafka.existing.tls.keyFile");
});

test("up with a certificate, whose subject is whom the ACLs name: events, commands and guard, and no key in clear", async () => {
  const pair = await clientCertificate(authority, subject);
  await writePair("own", pair);
  await writeStackWithCertificate({ certFile: "own.crt" });
  await encryptKey("own.key");
  await rm(join(checkout.folder, "own.key"));
  const { user, acls } = await neededAcls();
  expect(user).toBe(String.raw`CN=cdc,OU=data,O=Example\, Inc.`);
  await brokers.allow(user, acls.map(aclArguments));
  before = await brokers.everything();
  succeeded(await checkout.make("up"));
  await insert(2001);
  await arrives(2001);
  await until("status is healthy", async () => (await cdc(checkout, "status")).code === 0);
  for (const command of ["doctor", "verify", "topics", "events"]) succeeded(await cdc(checkout, command));
  succeeded(await cdc(checkout, "snapshot", "far", "products.products"));
  const guard = (await dockerLines("exec", `${checkout.prefix}-guard`, "cat", "/tmp/guard.json")).join("");
  expect(guard).toContain('"far-connector"');
  expect(guard).not.toContain('"error"');
  // A certificate of theirs ends in years, the stack's own tomorrow: the alert needs both.
  await until(
    "the guard tells when the certificate ends",
    async () => await (await fetch(`${guardPage}/metrics`)).text(),
    (text) => /cdc_certificate_end_timestamp_seconds\{.*server="CN=cdc,OU=data,/.test(text),
  );
  // The second line: the first one of every key begins alike.
  const [, , line = ""] = pair.privateKey.split("\n");
  const places = await placesOf(checkout, { kafka, connect }, startedMs);
  expect(await secretsIn(places, { "the private key": line })).toEqual([]);
  // The same key in a file is the same login.
  await writePair("own", pair);
  await writeStackWithCertificate({ certFile: "own.crt", keyFile: "own.key" });
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
});

test("topics that the stack made go with it by a word: theirs are as they were before", async () => {
  succeeded(await checkout.make("down"));
  expect(await brokers.everything()).toBe(before);
});
