/**
 * The switch `cdc:security: tls`: brokers that take encrypted connections alone, from accounts that may do what they need and nothing
 * else. The tests go through the life of one stack in their order.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { connect as connectPlain } from "node:net";
import { connect as connectEncrypted } from "node:tls";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { ConnectClient } from "../../clients/connect/client.ts";
import { RecordProducer } from "../../clients/kafka/producer.ts";
import type { HttpEndpoint, KafkaEndpoint, SaslUser } from "../../lib/endpoint.ts";
import { stackLabel } from "../../lib/constants.ts";
import { principals, type Principal } from "../../plan/principals.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, dockerLines, namesOwnedBy } from "./support/checkout.ts";
import { addressForContainers, ownAuthority } from "./support/elsewhere.ts";
import { EngineElsewhere } from "./support/engine-elsewhere.ts";
import { decode, readAll } from "./support/events.ts";
import { sqlIn } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { placesOf, secretsOf } from "./support/secret-places.ts";
import { securedRestTests } from "./support/secured-rest.ts";
import { secretsIn } from "./support/secrets.ts";
import { until } from "./support/until.ts";

const portOffset = 26_000;
const workerUrls = [8083, 8084].map((port) => `https://localhost:${port + portOffset}`);
const bootstrap = `localhost:${9092 + portOffset}`;
const checkout = new Checkout("e2e-secure");
const startedMs = Date.now();
const unchanged = /Resources:\s+\d+ unchanged/;
/** Of a row, that a listener on the network must not see. */
const marker = `row${randomBytes(12).toString("hex")}`;

/** Kafka's first question, version 0 of it. Upstream: Kafka's protocol guide. */
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

let passwords: Readonly<Record<Principal | "provider", string>>;
let ca: string;
/** Has what an engine of the stack's own has not: TLS and a login. */
let engine: EngineElsewhere;
const searchPassword = randomBytes(12).toString("hex");
/** As the pipeline's own programs reach the two workers. */
let workers: HttpEndpoint[];

function as(user: Principal | "provider", more: Partial<KafkaEndpoint> = {}): KafkaEndpoint {
  const mechanism: SaslUser["mechanism"] = user === "provider" ? "PLAIN" : "SCRAM-SHA-512";
  return { bootstrap, tls: { ca }, sasl: { mechanism, user }, password: async () => passwords[user], ...more };
}

/** Reads the passwords of the state. */
async function known(): Promise<void> {
  const found = await Promise.all(
    [...principals, "provider" as const].map(
      async (user) => [user, await checkout.password(`kafka-${user}-password`)] as const,
    ),
  );
  passwords = Object.fromEntries(found) as typeof passwords;
  ca = await checkout.authority();
  const password = await checkout.password("connect-password");
  workers = workerUrls.map((url) => ({ url, tls: { ca }, login: { user: "cdc" }, access: async () => ({ password }) }));
}

async function sql(text: string): Promise<void> {
  await sqlIn(`${checkout.prefix}-mysql-3308`, await checkout.password("mysql-root-password"), text);
}

async function insert(id: number, name = "n"): Promise<void> {
  await sql(`INSERT INTO products.products (id, sku, name, price) VALUES (${id}, 'sku-${id}', '${name}', 1)`);
}

async function arrives(id: number): Promise<void> {
  await until(
    `the event of row ${id} arrives`,
    async () =>
      (await readAll(as("cdc"), "shard0.products.products")).flatMap((record) => decode(record)?.after?.["id"] ?? []),
    (ids) => ids.map(Number).includes(id),
  );
}

async function writes(kafka: KafkaEndpoint, topic: string): Promise<void> {
  const producer = new RecordProducer(kafka);
  try {
    await producer.send(topic, [{ key: "k", value: null }]);
  } finally {
    await producer.close();
  }
}

async function sees(kafka: KafkaEndpoint): Promise<string[]> {
  const admin = new TopicAdmin(kafka);
  try {
    return (await admin.names()).toSorted();
  } finally {
    await admin.close();
  }
}

beforeAll(async () => {
  const authority = await ownAuthority();
  engine = new EngineElsewhere(authority, await addressForContainers(), "cdc", searchPassword);
  await engine.start();
  const readSide = {
    enabled: true,
    engineUrl: engine.url,
    engineLogin: { user: "cdc" },
    engineCaFile: "theirs.pem",
    page: { enabled: false },
  };
  await checkout.create({ portOffset, connect: { workers: 2 }, monitoring: { enabled: true }, readSide }, "secure");
  await writeFile(join(checkout.folder, "theirs.pem"), authority.certificate);
  succeeded(await checkout.make("toolchain"));
  succeeded(await checkout.pulumi("stack", "select", "--create"));
  const field = "cdc:readSide.engineLogin.password";
  succeeded(await checkout.pulumi("config", "set", "--secret", "--path", field, searchPassword));
});

afterAll(async () => {
  await checkout.remove();
  await engine?.remove();
});

test("up: changes arrive on every shard; the second preview is empty", async () => {
  const output = succeeded(await checkout.make("up"));
  expect(output).toMatch(/shard0 .*RUNNING .*RUNNING .*\d+ ms/);
  expect(output).toMatch(/shard1 .*RUNNING .*RUNNING .*\d+ ms/);
  await known();
  await insert(1001);
  await arrives(1001);
  expect(await engine.ask("/_cat/aliases?h=alias")).toContain("products-products");
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
});

test("cdc logs in by its own account: status, doctor, verify, topics, events, snapshot and offsets", async () => {
  await until("status is healthy", async () => (await cdc(checkout, "status")).code === 0);
  for (const command of [
    ["doctor"],
    ["verify"],
    ["topics"],
    ["events"],
    ["snapshot", "shard0", "products.products"],
    ["offsets", "show", "shard0"],
    ["reconcile"],
    ["reindex", "--table", "products.products"],
    ["dlq", "list"],
  ])
    succeeded(await cdc(checkout, ...command));
  const acls = JSON.parse(succeeded(await cdc(checkout, "--json", "acls"))) as { principals: Record<string, unknown> };
  expect(Object.keys(acls.principals)).toEqual([...principals]);
});

test("a task that was killed is brought back, and the guard looks at the brokers by its own account", async () => {
  const trace = "SELECT id FROM information_schema.processlist WHERE user = 'debezium' AND command LIKE 'Binlog Dump%'";
  await sql(`SET @id = (${trace} LIMIT 1); SET @kill = CONCAT('KILL ', @id); PREPARE s FROM @kill; EXECUTE s`);
  await insert(1002);
  await arrives(1002);
  const guard = (await dockerLines("exec", `${checkout.prefix}-guard`, "cat", "/tmp/guard.json")).join("");
  expect(guard).toContain('"shard0-connector"');
  expect(guard).not.toContain('"error"');
});

securedRestTests(checkout, () => workers, `https://127.0.0.1:${9108 + portOffset}`);

test("plaintext, no login, a wrong password, a wrong account and another mechanism are refused at the published port", async () => {
  const reader = as("cdc");
  const { sasl: _, password: __, ...anonymous } = reader;
  const refused: Readonly<Record<string, KafkaEndpoint>> = {
    plaintext: { bootstrap },
    "plaintext with a login": {
      bootstrap,
      sasl: { mechanism: "SCRAM-SHA-512", user: "cdc" },
      password: async () => passwords.cdc,
    },
    "no login": anonymous,
    "a wrong password": as("cdc", { password: async () => passwords.guard }),
    "a wrong account": as("cdc", { sasl: { mechanism: "SCRAM-SHA-512", user: "somebody" } }),
    "PLAIN for an account of SCRAM's": as("cdc", { sasl: { mechanism: "PLAIN", user: "cdc" } }),
    "the first account's wrong password": as("provider", { password: async () => passwords.cdc }),
    "another authority": as("cdc", { tls: {} }),
  };
  for (const [what, kafka] of Object.entries(refused)) await expect(sees(kafka), what).rejects.toThrow(/./);
  expect(await sees(reader)).toContain("shard0.products.products");
});

test("inside the network no port takes plaintext, and who has no certificate is neither a broker nor a controller", async () => {
  const kafka = `${checkout.prefix}-kafka`;
  const listening = (await dockerLines("exec", kafka, "cat", "/opt/kafka/config/server.properties")).join("\n");
  expect(/^listener\.security\.protocol\.map=.*/m.exec(listening)?.[0]).not.toContain("PLAINTEXT");
  const address = (
    await dockerLines("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", kafka)
  )
    .join("")
    .trim()
    .split(" ")[0];
  for (const port of [9092, 29_092, 29_093, 9093])
    expect(await answersPlain(address ?? "", port), `${port}`).toBe(false);
  for (const port of [29_093, 9093])
    expect(await answersWithoutCertificate(address ?? "", port), `${port}`).toBe(false);
  expect(await answersWithoutCertificate(address ?? "", 29_092), "a login comes later").toBe(true);
});

test("each account sees and does what it needs, and nothing one step beside it", async () => {
  const all = await sees(as("provider"));
  const ofConnect = all.filter((topic) => topic.startsWith("connect-"));
  const ofReadSide = all.filter((topic) => topic.startsWith("dlq."));
  const ofShards = all.filter((topic) => !topic.startsWith("connect-") && !ofReadSide.includes(topic));
  expect(ofConnect).toHaveLength(3);
  expect(await sees(as("worker"))).toEqual(ofConnect);
  expect(await sees(as("source"))).toEqual(["connect-offsets", ...ofShards].toSorted());
  const ofSink = (await sees(as("sink"))).filter((name) => !ofShards.includes(name));
  expect(ofSink).toEqual(ofReadSide);
  await expect(writes(as("sink"), "shard0.products.products")).rejects.toThrow(/not authorized|authoriz|failed/i);
  for (const user of ["cdc", "guard"] as const) expect(await sees(as(user))).toEqual(all);
  const notAllowed: readonly (readonly [Principal, string])[] = [
    ["worker", "shard0.products.products"],
    ["source", "connect-configs"],
    ["guard", "shard0.products.products"],
    ["cdc", "connect-offsets"],
  ];
  for (const [user, topic] of notAllowed)
    await expect(writes(as(user), topic), `${user} on ${topic}`).rejects.toThrow(/not authorized|authoriz|failed/i);
  await expect(readAll(as("source"), "shard0.products.products")).rejects.toThrow(/./);
  const admin = new TopicAdmin(as("guard"));
  await expect(admin.deleteRecords("schemahistory.shard0")).rejects.toThrow(/./);
  await admin.close();
});

test("a listener on the network sees neither rows nor passwords", async () => {
  const capture = join(tmpdir(), `cdc-secure-${process.pid}.bin`);
  const heard = await bridges();
  expect(heard.length).toBeGreaterThan(0);
  const sniffer = sniff(capture, heard);
  try {
    await until(
      "the listener listens",
      async () => sniffer.exitCode === null && (await readFile(capture).catch(() => "")).length > 0,
    );
    await insert(1003, marker);
    await arrives(1003);
    succeeded(await cdc(checkout, "restart", "shard0"));
    await insert(1004, marker);
    await arrives(1004);
  } finally {
    sniffer.kill("SIGTERM");
  }
  const seen = await readFile(capture);
  await rm(capture);
  // TLS says in clear whom it asks for: the listener did hear what went to the workers and the brokers.
  expect(seen.includes("localhost")).toBe(true);
  expect(await secretsIn({ "the network": async () => seen }, { ...passwords, "a row": marker })).toEqual([]);
});

test("new passwords: the old ones are refused, events go on, and the next preview is empty", async () => {
  const [oldPasswords, oldWorkers] = [passwords, workers];
  const config = await checkout.config();
  await checkout.writeConfig({ ...config, rotation: { kafkaAccounts: "2", connectLogin: "2" } });
  succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
  await known();
  await insert(1005);
  await arrives(1005);
  for (const user of principals)
    await expect(sees(as(user, { password: async () => oldPasswords[user] })), user).rejects.toThrow(/./);
  for (const worker of oldWorkers)
    await expect(new ConnectClient(worker).getStatus("shard0-connector")).rejects.toThrow(/does not let cdc in/);
  await until("status is healthy", async () => (await cdc(checkout, "status")).code === 0);
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
});

test("no secret is where it can be seen", async () => {
  const places = await placesOf(checkout, { kafka: as("cdc"), connect: workers[0]! }, startedMs);
  expect(
    await secretsIn(places, { ...(await secretsOf(checkout)), ...passwords, "the engine's user": searchPassword }),
  ).toEqual([]);
});

test("files with secrets are readable and not writable, by processes that are the only ones of their containers", async () => {
  for (const [container, user] of [
    ["kafka", "1000"],
    ["connect", "1000"],
    ["guard", "1000"],
  ] as const) {
    const name = `${checkout.prefix}-${container}`;
    const modes = await dockerLines("exec", name, "sh", "-c", "stat -c '%a %U' /run/secrets/*");
    expect([...new Set(modes)], container).toEqual(["444 root"]);
    const users = await dockerLines("exec", name, "sh", "-c", "stat -c %u /proc/[0-9]* 2>/dev/null | sort -u");
    expect(users, container).toEqual([user]);
  }
});

test("the switch cannot be turned on brokers that are there: refused before anything is changed", async () => {
  const config = await checkout.config();
  await checkout.writeConfig({ ...config, security: "plain", rotation: {} });
  expect(failed(await checkout.pulumi("preview"))).toMatch(/CDC-809 cdc:security: .*tls, plain is planned/);
  await checkout.writeConfig(config);
});

test("destroy leaves nothing", async () => {
  succeeded(await checkout.make("down"));
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
});

/** Whether something answers Kafka's first question in clear. */
async function answersPlain(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connectPlain({ host, port }, () => socket.write(apiVersions));
    // A TLS server answers with an alert (21), whose first byte no answer of Kafka's has.
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data[0] !== 21);
    });
    socket.once("close", () => resolve(false));
    socket.once("error", () => resolve(false));
  });
}

/** The same by TLS, from a client that shows no certificate. */
async function answersWithoutCertificate(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connectEncrypted({ host, port, ca, servername: "kafka" }, () => socket.write(apiVersions));
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("close", () => resolve(false));
    socket.once("error", () => resolve(false));
  });
}

/** The bridges of the stack's networks: whatever reaches one of its containers goes over one of them. */
async function bridges(): Promise<string[]> {
  const ids = await dockerLines(
    "network",
    "ls",
    "--filter",
    `label=${stackLabel}=${checkout.prefix}`,
    "--format",
    "{{.ID}}",
  );
  return ids.filter((id) => id !== "").map((id) => `br-${id}`);
}

/** Writes everything that goes over some interfaces of this machine into a file, in order. */
function sniff(file: string, interfaces: readonly string[]): ChildProcess {
  const program = `
import select, socket, sys
heard = []
for name in sys.argv[2:]:
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
    s.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    s.bind((name, 0))
    heard.append(s)
with open(sys.argv[1], "wb", buffering=0) as out:
    out.write(b"listening")
    while True:
        for s in select.select(heard, [], [])[0]:
            out.write(s.recv(1 << 18))
`;
  return spawn("python3", ["-c", program, file, ...interfaces], { stdio: "ignore" });
}
