/** The order of changes, with real consumers: kept for a row, not beyond; and an index that does not depend on it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Admin, ListOffsetTimestamps } from "@platformatic/kafka";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { RecordProducer } from "../../clients/kafka/producer.ts";
import { TopicReader } from "../../clients/kafka/topic.ts";
import { Checkout } from "./support/checkout.ts";
import { ConsumerGroup, type Handled } from "./support/consumer-group.ts";
import { readAll } from "./support/events.ts";
import { connectRoot } from "./support/mysql.ts";
import { succeeded } from "./support/results.ts";
import { patient, untilSucceeds } from "./support/until.ts";

const portOffset = 5000;
const bootstrap = `localhost:${9092 + portOffset}`;
const engine = `http://127.0.0.1:${9200 + portOffset}`;
const worker = new ConnectClient({ url: `http://127.0.0.1:${8083 + portOffset}` });
const sink = "read-side-sink";
const checkout = new Checkout("e2e-order");
const shards = [
  { name: "shard0", port: 3308 },
  { name: "shard1", port: 3309 },
];
const topics = shards.map(({ name }) => `${name}.products.versions`);
const rows = 20;
const connections: Connection[] = [];

/** A row says itself how often it was changed. */
const table = `
CREATE TABLE IF NOT EXISTS products.versions (
  id INT NOT NULL PRIMARY KEY,
  version INT NOT NULL
);
INSERT INTO products.versions VALUES ${Array.from({ length: rows }, (_, id) => `(${id}, 0)`).join(", ")};
`;

const config = (partitions: number, tasks: number) => ({
  portOffset,
  shards,
  schema: "products",
  tables: ["products.versions"],
  timeZone: "UTC",
  guard: { enabled: false },
  topics: { partitions },
  readSide: { enabled: true, tasks, page: { enabled: false } },
});

beforeAll(async () => {
  await checkout.create({});
  await checkout.writeConfig(config(3, 1));
  await writeFile(join(checkout.folder, "sql", "products", "30-versions.sql"), table);
  succeeded(await checkout.make("up"));
  for (const { port } of shards) connections.push(await connectRoot(checkout, port + portOffset));
});

afterAll(async () => {
  await Promise.all(connections.map(async (connection) => await connection.end()));
  await checkout.remove();
});

/** Changes every row of every shard once, each in a transaction of its own. */
async function bumpAll(): Promise<void> {
  const bump = "UPDATE products.versions SET version = version + 1 WHERE id = ?";
  const onShard = async (connection: Connection) => {
    for (let id = 0; id < rows; id += 1) await connection.query(bump, [id]);
  };
  await Promise.all(connections.map(onShard));
}

/** The rows as the shards have them: version by `SHARD:ID`, as documents are called. */
async function inShards(): Promise<Record<string, number>> {
  const found: [string, number][] = [];
  for (const [number, connection] of connections.entries()) {
    const [each] = await connection.query<RowDataPacket[]>("SELECT id, version FROM products.versions");
    for (const { id, version } of each) found.push([`${shards[number]?.name}:${id}`, Number(version)]);
  }
  return Object.fromEntries(found);
}

async function inIndex(): Promise<Record<string, number>> {
  const index = `${engine}/products-versions`;
  await fetch(`${index}/_refresh`, { method: "POST" });
  const answer = (await (await fetch(`${index}/_search?size=1000`)).json()) as {
    hits: { hits: { _id: string; _source: { version: number } }[] };
  };
  const found = answer.hits.hits.map(({ _id, _source }): [string, number] => [_id, _source.version]);
  return Object.fromEntries(found);
}

/** The index holds what the shards hold; waited for, as it comes later. */
async function converges(): Promise<void> {
  const wanted = await inShards();
  await expect.poll(inIndex, patient).toEqual(wanted);
}

interface Change {
  /** `SHARD:ID` by the event itself, whatever its key. */
  readonly row: string;
  readonly version: number;
  /** When it was committed, in µs since 1970. */
  readonly committed: number;
}

function changeOf(value: string): Change {
  const { payload } = JSON.parse(value) as {
    payload: { after: { id: number; version: number }; source: { name: string; ts_us: number } };
  };
  const { after, source } = payload;
  return { row: `${source.name}:${after.id}`, version: after.version, committed: source.ts_us };
}

/** What this file is about. @throws Error naming the first row whose state would be set back to an older one. */
function assertRowsInOrder(handled: readonly Handled[]): void {
  const newest = new Map<string, number>();
  for (const { value } of handled) {
    const { row, version } = changeOf(value);
    const before = newest.get(row) ?? -1;
    if (version <= before) throw new Error(`${row} went back from version ${before} to ${version}`);
    newest.set(row, version);
  }
}

/** Whether the last version of each row is among them. */
const hasAll = (versions: Record<string, number>) => (handled: readonly Handled[]) => {
  const changes = handled.map(({ value }) => changeOf(value));
  const seen = new Set(changes.map(({ row, version }) => `${row} ${version}`));
  return Object.entries(versions).every(([row, version]) => seen.has(`${row} ${version}`));
};

/** Lets a group of so many read topics from their beginning to the rows' last versions. */
async function handledBy(size: number, from: readonly string[], writing = async () => {}): Promise<readonly Handled[]> {
  const group = await ConsumerGroup.start(bootstrap, from, size);
  try {
    await writing();
    return await group.until(hasAll(await inShards()));
  } finally {
    await group.close();
  }
}

describe("changes of one row", () => {
  test.each([1, 2, 3, 4])("are in order for %i consumers of a group, while a writer goes on", async (size) => {
    const handled = await handledBy(size, topics, async () => {
      for (let times = 0; times < 10; times += 1) await bumpAll();
    });
    assertRowsInOrder(handled);
    expect(new Set(handled.map(({ consumer }) => consumer)).size).toBe(size);
    expect(new Set(handled.map(({ partition }) => partition)).size).toBe(3);
  });

  test("are not in order without the key: the same events, spread over the partitions", async () => {
    const records = (await Promise.all(topics.map(async (topic) => await readAll(bootstrap, topic)))).flat();
    const [keyed, keyless] = ["order-keyed", "order-keyless"];
    await createTopics([keyed, keyless]);
    const producer = new RecordProducer({ bootstrap });
    try {
      await producer.send(keyed, records);
      await producer.send(
        keyless,
        records.map((record, number) => ({ ...record, key: null, partition: number % 3 })),
      );
    } finally {
      await producer.close();
    }
    for (const size of [1, 3]) {
      assertRowsInOrder(await handledBy(size, [keyed]));
      const handled = await handledBy(size, [keyless]);
      expect(() => assertRowsInOrder(handled)).toThrow(/^shard[01]:\d+ went back from version \d+ to \d+$/);
    }
  });
});

test("changes of different rows are not in the order of their commits", async () => {
  const handled = await handledBy(2, topics);
  const commits = handled.map(({ value }) => changeOf(value).committed);
  expect(commits).not.toEqual(commits.toSorted((a, b) => a - b));
});

test("more tasks of the sink and more partitions, while a writer goes on, leave the index equal", async () => {
  await converges();
  const isDone = new AbortController();
  const writer = (async () => {
    while (!isDone.signal.aborted) {
      await bumpAll();
      await setTimeout(500);
    }
  })();
  try {
    // What is written meanwhile is read beside what comes to the new partitions.
    await worker.pause(sink);
    await checkout.writeConfig(config(5, 3));
    succeeded(await checkout.make("up"));
    // A running producer looks for new partitions every five minutes only.
    for (const { name } of shards) await worker.restart(`${name}-connector`);
    await expect.poll(filledPartitions, patient).toBeGreaterThan(3);
  } finally {
    isDone.abort();
    await writer;
  }
  expect(await movedRows()).toBeGreaterThan(0);
  const tasks = async () => (await worker.getStatus(sink))?.tasks.map(({ state }) => state);
  await expect.poll(tasks, patient).toEqual(["RUNNING", "RUNNING", "RUNNING"]);
  await converges();
});

/** How many partitions of the first shard's topic have records. */
async function filledPartitions(): Promise<number> {
  const reader = new TopicReader({ bootstrap }, topics[0] ?? "");
  try {
    return (await reader.endOffsets()).filter((end) => end > 0n).length;
  } finally {
    await reader.close();
  }
}

/** How many rows have changes in more than one partition: between these no consumer has an order. */
async function movedRows(): Promise<number> {
  const records = (await Promise.all(topics.map(async (topic) => await readAll(bootstrap, topic)))).flat();
  const partitions = new Map<string, Set<number>>();
  for (const { value, partition } of records) {
    const { row } = changeOf(value ?? "");
    partitions.set(row, (partitions.get(row) ?? new Set()).add(partition));
  }
  return [...partitions.values()].filter(({ size }) => size > 1).length;
}

/** Topics of three partitions, of which each has a leader that answers when this returns. */
async function createTopics(names: string[]): Promise<void> {
  const admin = new Admin({ clientId: "test", bootstrapBrokers: bootstrap.split(",") });
  try {
    await admin.createTopics({ topics: names, partitions: 3, replicas: 1 });
    const partitions = [0, 1, 2].map((partitionIndex) => ({ partitionIndex, timestamp: ListOffsetTimestamps.LATEST }));
    const asked = { topics: names.map((name) => ({ name, partitions })) };
    await untilSucceeds("every partition has a leader", async () => await admin.listOffsets(asked));
  } finally {
    await admin.close();
  }
}
