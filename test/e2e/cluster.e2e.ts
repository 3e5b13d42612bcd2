/** Three brokers and two workers under a writer: any one of them may go, and all of them may be changed; nothing is lost or doubled. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { readReplicas } from "../../clients/kafka/replicas.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, committedConfig, dockerLines, execute } from "./support/checkout.ts";
import { connectRoot } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { until } from "./support/until.ts";
import { arrived, letWriterIn, Writer } from "./support/writer.ts";

const portOffset = 29_000;
const checkout = new Checkout("e2e-cluster");
const config = {
  portOffset,
  shards: 1,
  kafka: { brokers: 3, heapMiB: 384 },
  connect: { workers: 2, heapMiB: 512 },
};
const bootstrap = [0, 1, 2].map((index) => `localhost:${9092 + portOffset + index}`).join(",");
const workers = [0, 1].map((index) => ({ url: `http://127.0.0.1:${8083 + portOffset + index}` }));
const connector = "shard0-connector";
const brokers = ["kafka", "kafka-2", "kafka-3"].map(containerOf);
const workerContainers = ["connect", "connect-2"].map(containerOf);
/** Asks the first worker, or the other one where nothing listens. */
const worker = new ConnectClient(workers[0]!, { others: workers.slice(1) });
let writer: Writer | undefined;
const unchanged = /Resources:\s+\d+ unchanged/;

function containerOf(alias: string): string {
  return `${checkout.prefix}-${alias}`;
}

beforeAll(async () => {
  await checkout.create(config);
  succeeded(await checkout.make("up"));
  const root = await connectRoot(checkout, 3308 + portOffset);
  await letWriterIn(root);
  await root.end();
  writer = new Writer(3308 + portOffset);
});

afterAll(async () => {
  await writer?.end();
  await checkout.remove();
});

test("the second preview is empty, and all three brokers vote", async () => {
  expect((await checkout.pulumi("preview")).output).toMatch(unchanged);
  const script = "/opt/kafka/bin/kafka-metadata-quorum.sh --bootstrap-server localhost:29092 describe --status";
  const { output } = await execute(["docker", "exec", containerOf("kafka"), "sh", "-c", script]);
  expect([...output.matchAll(/"id": (\d)/g)].map(([, id]) => id)).toEqual(["1", "2", "3"]);
});

test.each([...brokers, ...workerContainers])(
  "%s is killed and stays away: changes go on arriving",
  async (container) => {
    await dockerLines("kill", container);
    const begin = performance.now();
    const rows = writer!.written;
    await until("a row that was written after the kill arrives", async () => (await rowsArrived()) > rows);
    console.log(
      `${container}: the first later row was seen after ${((performance.now() - begin) / 1000).toFixed(1)} s`,
    );
    // Of two workers, the one that is left is asked.
    const status = async () => (await cdc(checkout, "status")).stdout;
    await until("status tells that the task runs", status, (text) => /shard0 .*RUNNING +RUNNING/.test(text));
    await dockerLines("start", container);
    await allBack();
  },
);

test("a worker's topic that was changed is told, and the command that status names brings it back", async () => {
  const configs = `/opt/kafka/bin/kafka-configs.sh --bootstrap-server localhost:29092 --alter --entity-type topics`;
  const change = `${configs} --entity-name connect-status --delete-config min.insync.replicas`;
  await dockerLines("exec", containerOf("kafka"), ...change.split(" "));
  const status = async () => (await cdc(checkout, "status")).stdout;
  const told = await until("it is told", status, (text) =>
    text.includes("connect-status: min.insync.replicas not set"),
  );
  const [, command = ""] = /Settings: docker ([^;]+);/.exec(told) ?? [];
  await dockerLines(...command.split(" "));
  await until("it is as declared", status, (text) => !text.includes("connect-status"));
});

test("a change of all brokers and workers exchanges one after the other, and no task fails", async () => {
  await checkout.writeConfig({
    ...(await committedConfig("dev")),
    ...config,
    kafka: { ...config.kafka, properties: { "log.cleaner.backoff.ms": 14_000 } },
    connect: { ...config.connect, properties: { "offset.flush.timeout.ms": 6000 } },
  });
  let isOver = false;
  const up = checkout.pulumi("up", "--yes", "--skip-preview").finally(() => (isOver = true));
  const away = { brokers: 0, workers: 0 };
  const states = new Set<string>();
  while (!isOver) {
    const running = new Set(await dockerLines("ps", "--format", "{{.Names}}"));
    away.brokers = Math.max(away.brokers, brokers.filter((name) => !running.has(name)).length);
    away.workers = Math.max(away.workers, workerContainers.filter((name) => !running.has(name)).length);
    const status = await worker.getStatus(connector).catch(() => undefined);
    for (const { state } of status === undefined ? [] : [status.connector, ...status.tasks]) states.add(state);
    await sleep(200);
  }
  const output = succeeded(await up);
  expect(output.match(/(kafka|connect)(-\d)?-container +replaced/g)).toHaveLength(5);
  expect(away).toEqual({ brokers: 1, workers: 1 });
  expect(states).not.toContain("FAILED");
  await allBack();
});

test("another number of controllers is refused at preview", async () => {
  const kafka = { ...config.kafka, controllers: 1 };
  await checkout.writeConfig({ ...(await committedConfig("dev")), ...config, kafka });
  expect(failed(await checkout.pulumi("preview"))).toMatch(
    /CDC-807 .*made with 3 of its brokers as controllers, 1 are planned/,
  );
});

test("of all rows that were written meanwhile, each has one event", async () => {
  const written = await writer!.end();
  await until("all rows have arrived", rowsArrived, (rows) => rows === written);
  const { ids, pauseMs } = await arrived(bootstrap, "shard0");
  expect(ids).toHaveLength(written);
  console.log(`${written} rows, the longest time without an event was ${(pauseMs / 1000).toFixed(1)} s`);
});

async function rowsArrived(): Promise<number> {
  return new Set((await arrived(bootstrap, "shard0").catch(() => ({ ids: [] }))).ids).size;
}

/** Every partition has all of its replicas in sync, both workers answer, and the task runs. */
async function allBack(): Promise<void> {
  await until(
    "all replicas are in sync",
    async () =>
      await readReplicas({ bootstrap }).then(
        (all) => all.filter(({ replicas, inSync }) => inSync.length < replicas.length).length,
        () => "no answer",
      ),
    (lacking) => lacking === 0,
  );
  for (const address of workers) {
    await until(
      "the task runs",
      async () => {
        const status = await new ConnectClient(address).getStatus(connector).catch(() => undefined);
        return [status?.connector.state, ...(status?.tasks ?? []).map(({ state }) => state)].join();
      },
      (states) => states === "RUNNING,RUNNING",
    );
  }
}
