/**
 * Keeps plan/compatibility.ts honest: one pair that it accepts delivers changes, and the pair that it refuses fails in the
 * two ways that its messages tell. Plain containers; one worker that holds both Debezium releases (KIP-891, Kafka 4.1).
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Admin } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, it } from "vitest";
import { officialImages, type Images } from "../../config/images.ts";
import { ConnectClient, type ConnectorStatus } from "../../clients/connect/client.ts";
import { packagedImage } from "../../config/packaged-images.ts";
import { TopicReader, type TopicStream } from "../../clients/kafka/topic.ts";
import { run } from "../../lib/run.ts";
import { checkVersions } from "../../plan/compatibility.ts";
import { debeziumVersion, kafkaVersion, mysqlVersion } from "../../lib/versions.ts";
import { buildPackagedImages } from "../../tools/toolchain/images.ts";
import { dockerLines, execute, namesOwnedBy } from "./support/checkout.ts";
import { succeeded } from "./support/results.ts";
import { limitMs, until, untilSucceeds } from "./support/until.ts";

const good = debeziumVersion;
const bad = "2.7.0.Final";
const stack = "cdc-e2e-compat";
const [mysql, broker, worker] = [`${stack}-mysql`, `${stack}-kafka`, `${stack}-connect`];
const volumes = { [bad]: `${stack}-old`, [good]: `${stack}-new` };
const bootstrap = "127.0.0.1:21092";
const connect = new ConnectClient({ url: "http://127.0.0.1:20083" });
const password = randomBytes(12).toString("hex");
/** Topics of the connector that changes releases, and of the one that never knew any other than the bad release. */
const topics = { switching: "switching.shop.items", old: "old.shop.items" };

const docker = async (...args: string[]) => (await run("docker", args)).stdout.trim();
const label = ["--label", `cdc.stack=${stack}`];
const sql = async (statements: string) =>
  await docker("exec", mysql, "mysql", "-h127.0.0.1", "-uroot", "-e", statements);
const workerLog = async () => (await execute(["docker", "logs", worker])).output;

let folder: string | undefined;
let events: TopicStream | undefined;
let reader: TopicReader | undefined;

beforeAll(async () => {
  await removeAll();
  const images = await bringImages();
  await docker("network", "create", ...label, stack);
  await Promise.all([startMysql(images.mysql), startBroker(images.kafka)]);
  for (const [version, volume] of Object.entries(volumes)) await bringPlugin(version, volume, images.kafka);
  await startWorker(images.kafka);
  await Promise.all([
    untilSucceeds("MySQL answers", async () => await sql("SELECT 1")),
    untilSucceeds("the worker is ready", async () => expect((await fetch(`${connect.url}/health`)).status).toBe(200)),
  ]);
  await sql(
    `CREATE USER debezium IDENTIFIED BY '${password}'; ` +
      "GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO debezium; " +
      "CREATE DATABASE shop; CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(40)); " +
      "INSERT INTO shop.items VALUES (1, 'in the snapshot')",
  );
  const admin = new Admin({ clientId: stack, bootstrapBrokers: [bootstrap] });
  await admin.createTopics({ topics: Object.values(topics), partitions: 1, replicas: 1 });
  await admin.close();
  reader = new TopicReader({ bootstrap }, topics.switching);
  events = await reader.open([0n]);
});

afterAll(async () => {
  await events?.close();
  await reader?.close();
  await removeAll();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

it("the table refuses the bad pair for both reasons, and accepts the good one in silence", () => {
  const pair = { kafka: kafkaVersion, mysql: mysqlVersion };
  expect(checkVersions({ ...pair, debezium: bad }).problems.map(({ code }) => code)).toEqual(["CDC-602", "CDC-603"]);
  expect(checkVersions({ ...pair, debezium: good })).toEqual({ problems: [], warnings: [] });
});

it("the good pair delivers changes, before and after a restart of its task", async () => {
  // Started here, so that it has the time of all tests to deliver something.
  await connect.putConfig("old", connectorConfig("old", 2, bad));
  await connect.putConfig("switching", connectorConfig("switching", 1, good));
  await seen("in the snapshot");
  await insert(2, "before the restart");
  await restartTask("switching");
  await insert(3, "after the restart");
  expect(await taskState("switching")).toBe("RUNNING");
});

it("the bad release fails on poll(long) when its task reads the schema history", async () => {
  await connect.putConfig("switching", connectorConfig("switching", 1, bad));
  await waitFor("the task fails", async () => (await taskState("switching")) === "FAILED");
  expect((await taskOf("switching"))?.trace).toMatch(/NoSuchMethodError: .*KafkaConsumer\.poll\(long\)/);

  // The way out that the message names.
  await connect.putConfig("switching", connectorConfig("switching", 1, good));
  await insert(4, "with the good release again");
});

it("the bad release never delivers anything from this MySQL, and says RUNNING", async () => {
  await waitFor("it meets the removed statement", async () => {
    return (await workerLog()).includes("right syntax to use near 'MASTER STATUS'");
  });
  const old = new TopicReader({ bootstrap }, topics.old);
  try {
    const stream = await old.open([0n]);
    // Longer than several of its retries take. (Sometimes it hangs in one, instead of retrying on: nothing comes then either.)
    expect(await stream.next(8000)).toBeUndefined();
    await stream.close();
  } finally {
    await old.close();
  }
  expect(await taskState("old")).toBe("RUNNING");
});

function connectorConfig(name: string, serverId: number, version: string): Record<string, string> {
  return {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "connector.plugin.version": version,
    "database.hostname": mysql,
    "database.user": "debezium",
    "database.password": password,
    "database.server.id": String(serverId),
    "database.include.list": "shop",
    "poll.interval.ms": "50",
    "retriable.restart.connector.wait.ms": "2000",
    "schema.history.internal.kafka.bootstrap.servers": `${broker}:29092`,
    "schema.history.internal.kafka.topic": `schemahistory.${name}`,
    "tasks.max": "1",
    "topic.prefix": name,
  };
}

async function insert(id: number, name: string): Promise<void> {
  await sql(`INSERT INTO shop.items VALUES (${id}, '${name}')`);
  await seen(name);
}

async function seen(name: string): Promise<void> {
  const event = await events?.find(({ value }) => value?.includes(name) === true, limitMs);
  if (event === undefined) {
    throw new Error(`no event "${name}"; status ${JSON.stringify(await connect.getStatus("switching"))}`);
  }
}

async function restartTask(name: string): Promise<void> {
  const before = await logged(name, /Starting MySqlConnectorTask/);
  const answer = await fetch(`${connect.url}/connectors/${name}/tasks/0/restart`, { method: "POST" });
  expect(answer.status).toBe(204);
  await waitFor("the task starts again", async () => {
    return (await logged(name, /Starting MySqlConnectorTask/)) > before;
  });
}

/** How often the connector's task logged such a line. */
async function logged(name: string, what: RegExp): Promise<number> {
  return (await workerLog()).split("\n").filter((line) => line.includes(`[${name}|task-0]`) && what.test(line)).length;
}

async function taskOf(name: string): Promise<ConnectorStatus["tasks"][number] | undefined> {
  return (await connect.getStatus(name))?.tasks[0];
}

async function taskState(name: string): Promise<string | undefined> {
  return (await taskOf(name))?.state;
}

async function bringImages(): Promise<Images> {
  if (process.env["CDC_IMAGES"] !== "packages") return officialImages;
  await buildPackagedImages({ log: () => {} });
  return {
    mysql: packagedImage("mysql"),
    kafka: packagedImage("kafka"),
    node: packagedImage("node"),
    opensearch: packagedImage("opensearch"),
    prometheus: packagedImage("prometheus"),
    alertmanager: packagedImage("alertmanager"),
  };
}

async function startMysql(image: string): Promise<void> {
  const options = ["--server-id=9", "--log-bin=mysql-bin", "--binlog-format=ROW", "--innodb-buffer-pool-size=64M"];
  // Without GTIDs the bad release takes a stored offset without asking by SHOW MASTER STATUS, and so comes to poll(long).
  const small = ["--gtid-mode=OFF", "--performance-schema=OFF", "--mysqlx=OFF"];
  await start(mysql, ["--env", "MYSQL_ALLOW_EMPTY_PASSWORD=1"], image, [...options, ...small]);
}

async function startBroker(image: string): Promise<void> {
  const environment = {
    CLUSTER_ID: "Y29tcGF0aWJpbGl0eS0wMQ",
    KAFKA_ADVERTISED_LISTENERS: `INTERNAL://${broker}:29092,HOST://${bootstrap}`,
    KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
    KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:9093",
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
    KAFKA_HEAP_OPTS: "-Xmx256m",
    KAFKA_INTER_BROKER_LISTENER_NAME: "INTERNAL",
    KAFKA_LISTENERS: "INTERNAL://:29092,HOST://:9092,CONTROLLER://:9093",
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "INTERNAL:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
    KAFKA_NODE_ID: "1",
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
    KAFKA_PROCESS_ROLES: "broker,controller",
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
  };
  const variables = Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  await start(broker, [...variables, "--publish", "127.0.0.1:21092:9092"], image, []);
}

async function startWorker(image: string): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), `${stack}-`));
  const json = "org.apache.kafka.connect.json.JsonConverter";
  const properties = {
    "bootstrap.servers": `${broker}:29092`,
    "config.storage.replication.factor": "1",
    "config.storage.topic": "connect-configs",
    "group.id": stack,
    "key.converter": json,
    listeners: "http://0.0.0.0:8083",
    "offset.flush.interval.ms": "1000",
    "offset.storage.partitions": "1",
    "offset.storage.replication.factor": "1",
    "offset.storage.topic": "connect-offsets",
    "plugin.discovery": "service_load",
    "plugin.path": "/plugins/old,/plugins/new",
    "scheduled.rebalance.max.delay.ms": "0",
    "status.storage.partitions": "1",
    "status.storage.replication.factor": "1",
    "status.storage.topic": "connect-status",
    "value.converter": json,
  };
  const file = join(folder, "worker.properties");
  const rendered = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(file, rendered.join(""));
  await chmod(folder, 0o755);
  const plugins = ["--volume", `${volumes[bad]}:/plugins/old:ro`, "--volume", `${volumes[good]}:/plugins/new:ro`];
  await start(
    worker,
    [...plugins, "--volume", `${file}:/worker.properties:ro`, "--publish", "127.0.0.1:20083:8083"].concat(
      "--env",
      "KAFKA_HEAP_OPTS=-Xmx512m",
    ),
    image,
    ["/opt/kafka/bin/connect-distributed.sh", "/worker.properties"],
  );
}

async function start(name: string, options: string[], image: string, command: string[]): Promise<void> {
  await docker("run", "--detach", ...label, "--network", stack, "--name", name, ...options, image, ...command);
}

async function bringPlugin(version: string, volume: string, image: string): Promise<void> {
  await docker("volume", "create", ...label, volume);
  const env = { CDC_DEBEZIUM_VERSION: version, CDC_PLUGIN_VOLUME: volume, CDC_PLUGIN_IMAGE: image };
  const script = [process.execPath, "provider/scripts/install-plugin.ts"];
  succeeded(await execute(script, { env: { ...process.env, ...env } }));
}

/** Containers with the volumes that have no name of their own. */
const removal: Readonly<Record<string, readonly string[]>> = {
  container: ["--force", "--volumes"],
  volume: ["--force"],
};

async function removeAll(): Promise<void> {
  for (const [kind = "", name = ""] of (await namesOwnedBy(stack)).map((line) => line.split(" "))) {
    await dockerLines(kind, "rm", ...(removal[kind] ?? []), name);
  }
  // Containers go first (the order of namesOwnedBy): volumes and network are free by then.
}

/** With the worker's log where it does not come. */
async function waitFor(what: string, condition: () => Promise<boolean>): Promise<void> {
  await until(what, condition).catch(async (error: unknown) => {
    throw new Error(await workerLog(), { cause: error });
  });
}
