import { Ajv } from "ajv";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judge } from "../../../cli/status/judge.ts";
import { renderSchema } from "../../../cli/status/document.ts";
import { renderStatus } from "../../../cli/status/render.ts";
import { statusSchema } from "../../../cli/status/schema.ts";
import { task } from "../../support/fake-worker.ts";
import { atMs, news, plan, wellObserved, withConnector, withContainer, withGuard, withShard } from "./observed.ts";

const well = wellObserved();
const published = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "status.schema.json"), "utf8");

const unwell = withContainer(
  withGuard(
    withShard(
      withConnector(well, 0, {
        tasks: [task("FAILED", "o.a.k.ConnectException: broke\n\tat x\nCaused by: java.io.EOFException: end")],
      }),
      0,
      { binlogs: { error: "ECONNREFUSED" }, news: news(95) },
    ),
    0,
    { condition: "waiting", restarts: 1 },
  ),
  "cdc-dev-mysql-3308",
  { state: "exited", status: "Exited (0) 2 minutes ago" },
);

test("all well, as a person reads it", () => {
  expect(renderStatus(judge(plan, well))).toMatchInlineSnapshot(`
    "cdc-dev: healthy  (2026-11-21T10:00:00.000Z)

    SHARD   CONNECTOR              STATE    TASK     PHASE      LAG    BEHIND  HEARTBEAT  LAST CHANGE  RESTARTS
    shard0  inventory-connector-0  RUNNING  RUNNING  streaming  41 ms  228 B   3 s ago    12 min ago          0
    shard1  inventory-connector-1  RUNNING  RUNNING  streaming  41 ms  228 B   3 s ago    12 min ago          0
    shard2  inventory-connector-2  RUNNING  RUNNING  streaming  41 ms  228 B   3 s ago    12 min ago          0

    SINK            STATE    TASKS      LAG        DEAD LETTERS  ENGINE
    read-side-sink  RUNNING  1 RUNNING  0 records  0             green

    containers  8 of 8 healthy
    tables      6 of 6 read
    topics      35 of 35 as declared  (cdc topics lists them)

    DATA TOPIC                RECORDS
    shard0.products.products       12
    shard0.products.stock          12
    shard1.products.products       12
    shard1.products.stock          12
    shard2.products.products       12
    shard2.products.stock          12
    RECORDS counts offsets; the marks of transactions, which no consumer sees, are among them.

    INDEX              TABLE              DOCUMENTS
    products-products  products.products         24
    products-stock     products.stock            24"
  `);
});

test("not well, as a person reads it", () => {
  expect(renderStatus(judge(plan, unwell))).toMatchInlineSnapshot(`
    "cdc-dev: 2 problems  (2026-11-21T10:00:00.000Z)

    SHARD   CONNECTOR              STATE    TASK     PHASE      LAG    BEHIND  HEARTBEAT  LAST CHANGE  RESTARTS
    shard0  inventory-connector-0  RUNNING  FAILED   failed     41 ms  -       95 s ago   12 min ago          1
    shard1  inventory-connector-1  RUNNING  RUNNING  streaming  41 ms  228 B   3 s ago    12 min ago          -
    shard2  inventory-connector-2  RUNNING  RUNNING  streaming  41 ms  228 B   3 s ago    12 min ago          -

    SINK            STATE    TASKS      LAG        DEAD LETTERS  ENGINE
    read-side-sink  RUNNING  1 RUNNING  0 records  0             green

    shard0: container cdc-dev-mysql-3308 is exited (Exited (0) 2 minutes ago)
      what to do: make up starts it again; cdc logs shard0 --tail 50 tells how it ended
    shard0: task 0 of inventory-connector-0 has FAILED: o.a.k.ConnectException: broke
      Caused by: java.io.EOFException: end
      hint: the database does not answer: see that the server runs and is reached from the worker under database.hostname and database.port
      what to do: the guard restarts it as soon as what it needs answers again; cdc restart shard0 does so at once; cdc logs connect has the whole trace

    containers  7 of 8 healthy; shard0 exited
    tables      6 of 6 read
    topics      35 of 35 as declared  (cdc topics lists them)

    DATA TOPIC                RECORDS
    shard0.products.products       12
    shard0.products.stock          12
    shard1.products.products       12
    shard1.products.stock          12
    shard2.products.products       12
    shard2.products.stock          12
    RECORDS counts offsets; the marks of transactions, which no consumer sees, are among them.

    INDEX              TABLE              DOCUMENTS
    products-products  products.products         24
    products-stock     products.stock            24"
  `);
});

test("nothing at all is known, and still there is a page", () => {
  const dark = {
    ...well,
    containers: { error: "x" },
    connectors: { error: "x" },
    topics: { error: "x" },
    guard: { error: "x" },
    shards: new Map(
      plan.shards.map(({ name }) => [
        name,
        {
          offsets: { error: "x" },
          binlogs: { error: "x" },
          keptSeconds: undefined,
          loss: { error: "x" },
          newsAtMs: atMs,
          news: { error: "x" },
          tables: { error: "x" },
        },
      ]),
    ),
  };
  expect(renderStatus(judge(plan, dark))).toContain("shard2  inventory-connector-2  -      -     -      -    -");
});

test("the published schema is the one of the code (npm run docs writes it)", () => {
  expect(published).toBe(renderSchema());
});

test.each([
  ["well", well],
  ["not well", unwell],
])("what is printed for a stack that is %s is of that schema", (_, seen) => {
  const status: unknown = JSON.parse(JSON.stringify(judge(plan, seen)));
  expect(statusSchema.safeParse(status).error).toBeUndefined();
  const validate = new Ajv().compile(JSON.parse(published) as object);
  expect(validate(status), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...(status as object), healthy: "yes" })).toBe(false);
});

test("volumes of shards that are planned no longer are listed, and are no problem", () => {
  const data = plan.shards.map(({ key, server }) => ({ name: server?.volume ?? "", shard: key, mysqlVersion: "9.7" }));
  const west = { name: "cdc-dev-mysql-west-data", shard: "west", mysqlVersion: "9.7" };
  // A former release named it by the port, without the shard.
  const former = { name: "cdc-dev-mysql-3308-data", shard: "cdc-dev-mysql-3308", mysqlVersion: "9.7" };
  const status = judge(plan, { ...well, volumes: { value: [...data, west, former] } });
  expect(status.released).toEqual([{ volume: west.name, shard: "west", mysqlVersion: "9.7" }]);
  expect(status.healthy).toBe(true);
  expect(renderStatus(status)).toContain(
    `released: volume ${west.name} has the rows of west (MySQL 9.7), which is planned no longer; ` +
      `docker volume rm ${west.name} removes them for good`,
  );
  expect(judge(plan, { ...well, volumes: { error: "no engine" } }).released).toEqual([]);
});
