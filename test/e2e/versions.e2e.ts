/** Two releases of the connector side by side in one worker (KIP-891), and the way back to one. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Checkout, dockerLines } from "./support/checkout.ts";
import { readAll } from "./support/events.ts";
import { succeeded } from "./support/results.ts";
import { limitMs, patient } from "./support/until.ts";

const newer = "3.6.1.Final";
const older = "3.5.0.Final";
const checkout = new Checkout("e2e-versions");
const portOffset = 8000;
const worker = `http://127.0.0.1:${8083 + portOffset}`;
const bootstrap = `localhost:${9092 + portOffset}`;
const config = (version?: string) => ({
  schema: "products",
  tables: ["products.products", "products.stock"],
  timeZone: "UTC",
  portOffset,
  shards: [
    { name: "shard0", port: 3308 },
    { name: "shard1", port: 3309, ...(version === undefined ? {} : { debeziumVersion: version }) },
  ],
});

beforeAll(async () => {
  await checkout.create({});
  await checkout.writeConfig(config(older));
  succeeded(await checkout.make("up"));
});

afterAll(async () => {
  await checkout.remove();
});

async function connect<T>(path: string): Promise<T> {
  const response = await fetch(`${worker}/connectors/${path}`, { signal: AbortSignal.timeout(limitMs) });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

interface Status {
  readonly connector: { readonly state: string; readonly version: string };
  readonly tasks: readonly { readonly state: string; readonly version: string }[];
}

/** State and release of the connector and its tasks; the guard may be about to restart one once more. */
async function running(name: string): Promise<[string, string][]> {
  const { connector, tasks } = await connect<Status>(`${name}/status`);
  return [connector, ...tasks].map(({ state, version }) => [state, version]);
}

/** `source.version` of the events on a topic, in their order, each once. */
async function versionsOn(topic: string): Promise<string[]> {
  const records = await readAll(bootstrap, topic);
  const values = records.flatMap(({ value }) => value ?? []);
  const versions = values.map((text) => (JSON.parse(text) as { payload: { source: { version: string } } }).payload);
  return [...new Set(versions.map(({ source }) => source.version))];
}

test.each([
  ["shard0", newer],
  ["shard1", older],
])("%s runs on %s, in the same worker", async (shard, version) => {
  const found = await connect<Record<string, string>>(`${shard}-connector/config`);
  expect(found["connector.plugin.version"]).toBe(version);
  await expect
    .poll(async () => await running(`${shard}-connector`), patient)
    .toEqual([
      ["RUNNING", version],
      ["RUNNING", version],
    ]);
  expect(await versionsOn(`${shard}.products.products`)).toEqual([version]);
});

test("each release has a volume of its own, and a second preview is empty", async () => {
  const volumes = await dockerLines("volume", "ls", "--filter", `name=${checkout.prefix}-debezium`, "-q");
  expect(volumes.toSorted()).toEqual([older, newer].map((version) => `${checkout.prefix}-debezium-mysql-${version}`));
  succeeded(await checkout.pulumi("preview", "--expect-no-changes"));
});

test("back on one release both go on where they were, and the other one's volume is gone", async () => {
  await checkout.writeConfig(config());
  succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
  const found = await connect<Record<string, string>>("shard1-connector/config");
  expect(found["connector.plugin.version"]).toBeUndefined();
  await expect.poll(async () => (await running("shard1-connector")).at(-1), patient).toEqual(["RUNNING", newer]);
  // The rows of the snapshot came once, with the older release; the probe of this `up` with the newer one.
  expect(await versionsOn("shard1.products.products")).toEqual([older]);
  expect(await versionsOn("shard1.cdc.probe")).toEqual([older, newer]);
  const volumes = await dockerLines("volume", "ls", "--filter", `name=${checkout.prefix}-debezium`, "-q");
  expect(volumes).toEqual([`${checkout.prefix}-debezium-mysql-${newer}`]);
});
