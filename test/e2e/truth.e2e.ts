/** Is what `cdc status` says true? It is asked all the time while each part is killed, frozen, cut off or stopped, and rows are written. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Status, StatusProblem } from "../../cli/status/schema.ts";
import { ConnectClient } from "../../clients/connect/client.ts";
import { formatTable } from "../../lib/table.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, committedConfig, dockerLines } from "./support/checkout.ts";
import { sqlIn } from "./support/mysql.ts";
import { cutOff, rejoin, type Places } from "./support/networks.ts";
import { poison } from "./support/poison.ts";
import { succeeded } from "./support/results.ts";
import { StatusPoller, type Check } from "./support/truth/checks.ts";
import { Arrivals, RowWriter } from "./support/truth/rows.ts";
import {
  falseNames,
  lateRows,
  longestRun,
  namedIn,
  standing,
  wronglyHealthy,
  wronglyUnhealthy,
  type Names,
} from "./support/truth/verdicts.ts";

const portOffset = 3000;
const maxDelaySeconds = 10;
const boundMs = maxDelaySeconds * 1000;
/** What is left of the bound by a heartbeat's pause, and the sink's between two commits. */
const slackMs = boundMs - 4000;

const checkout = new Checkout("e2e-truth");
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const container = (alias: string) => `${checkout.prefix}-${alias}`;
const sink = "read-side-sink";
let writers: RowWriter[] = [];
let arrivals: Arrivals;
let poller: StatusPoller;
let rootPassword: string;
const lines: string[][] = [];

const rows = () => writers.flatMap((writer) => writer.rows);

/** @param ofShard0 further fields of its entry. */
const configWith = (ofShard0: Record<string, unknown>) => ({
  portOffset,
  maxDelaySeconds,
  shards: [
    { name: "shard0", port: 3308, ...ofShard0 },
    { name: "shard1", port: 3309 },
  ],
  connect: { properties: { "offset.flush.interval.ms": "1000" } },
  connectors: { properties: { "heartbeat.interval.ms": "2000" } },
  guard: { checkSeconds: 2, stallSeconds: 10, restartAfterSeconds: [0, 5, 10, 15, 20, 30] },
  readSide: { enabled: true, page: { enabled: false } },
});

beforeAll(async () => {
  await checkout.create(configWith({}));
  succeeded(await checkout.make("up"));
  rootPassword = await checkout.password("mysql-root-password");
  writers = ["mysql-3308", "mysql-3309"].map(
    (alias, index) => new RowWriter(`shard${index}`, container(alias), rootPassword, 1_000_000),
  );
  arrivals = new Arrivals(`http://127.0.0.1:${9200 + portOffset}/products-products`, rows);
  poller = new StatusPoller(checkout);
});

afterAll(async () => {
  await poller?.close();
  await arrivals?.close();
  await Promise.all(writers.map(async (writer) => await writer.close()));
  await tell();
  await checkout.remove();
});

/** The table, where a person sees it and where CI collects it. */
async function tell(): Promise<void> {
  const header = ["FAULT", "LASTED", "CHECKS", "HEALTHY THOUGH LATE", "UNHEALTHY THOUGH WELL", "NAMED"];
  const table = formatTable(header, lines);
  console.log(table);
  const folder = join(import.meta.dirname, "..", "..", "test-results");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "truth.txt"), `${table}\n`);
}

interface Fault {
  readonly what: string;
  /** The part that has to be named. */
  readonly part: string;
  readonly cause: () => Promise<unknown>;
  /** @param last what status says of it; undefined when it never said that it is so. */
  readonly heal: (last: Status | undefined) => Promise<unknown>;
  /** Whether it lasts until a change is older than the bound. */
  readonly isLong?: true;
  readonly mayName: Names;
}

const anything = () => true;
const isUnread = ({ isUnknown }: StatusProblem) => isUnknown;
/** What a connector does and lacks; not that its container is the one to look at. */
const asDependent = ({ message }: StatusProblem) => !message.startsWith("container ");
const dependents = { shard0: asDependent, shard1: asDependent, "read side": asDependent };
const namesOf: Readonly<Record<string, Names>> = {
  "mysql-3308": { shard0: anything },
  // The worker's health check asks its broker; the engine asks every ten seconds, so its word may be old.
  kafka: { kafka: anything, connect: isUnread, guard: isUnread, ...dependents },
  connect: { connect: anything, guard: isUnread, ...dependents },
  guard: { guard: anything },
  opensearch: { opensearch: anything, "read side": anything },
};
const partOf = (alias: string) => (alias === "mysql-3308" ? "shard0" : alias);

function faultsOf(alias: string): Fault[] {
  const name = container(alias);
  let places: Places = {};
  const common = { part: partOf(alias), mayName: namesOf[alias] ?? {} };
  const cut: Fault = {
    ...common,
    what: `${alias} cut off`,
    cause: async () => {
      places = await cutOff(name);
    },
    heal: async () => await rejoin(name, places),
  };
  return [
    {
      ...common,
      what: `${alias} killed`,
      cause: async () => await dockerLines("kill", name),
      heal: async () => await dockerLines("start", name),
    },
    {
      ...common,
      what: `${alias} frozen`,
      cause: async () => await dockerLines("pause", name),
      heal: async () => await dockerLines("unpause", name),
    },
    // No change passes through the guard.
    alias === "guard" ? cut : { ...cut, isLong: true },
  ];
}

/** Runs the command that status names for a part, and nothing else. */
async function obey(last: Status | undefined, part: string, command: RegExp): Promise<void> {
  const remedy = last?.problems.find((problem) => problem.part === part)?.remedy ?? "";
  const [, args = ""] = command.exec(remedy) ?? [];
  expect(args, remedy).not.toBe("");
  succeeded(await cdc(checkout, ...args.split(" ")));
}

const sql = async (statement: string) => await sqlIn(container("mysql-3308"), rootPassword, statement);

const faults: readonly Fault[] = [
  ...["mysql-3308", "kafka", "connect", "guard", "opensearch"].flatMap(faultsOf),
  {
    what: "sink paused",
    part: "read side",
    isLong: true,
    mayName: { "read side": anything },
    cause: async () => await worker.pause(sink),
    heal: async (last) => await obey(last, "read side", /cdc (resume \S+)/),
  },
  {
    what: "connector of shard1 stopped",
    part: "shard1",
    isLong: true,
    mayName: { shard1: anything },
    cause: async () => await worker.stop("shard1-connector"),
    heal: async (last) => await obey(last, "shard1", /cdc (resume [\w-]+)/),
  },
  {
    what: "account of shard0 locked",
    part: "shard0",
    isLong: true,
    mayName: { shard0: anything },
    cause: async () => {
      await sql("ALTER USER debezium@'%' ACCOUNT LOCK");
      await worker.restart("shard0-connector");
    },
    heal: async () => await sql("ALTER USER debezium@'%' ACCOUNT UNLOCK"),
  },
  {
    what: "a record that the sink cannot read",
    part: "read side",
    mayName: { "read side": anything },
    // Its key is a row's, which the replay reads anew.
    cause: async () => await poison(`localhost:${9092 + portOffset}`, "shard0.products.products", '"id":101,'),
    heal: async (last) => await obey(last, "read side", /cdc (dlq replay --all)/),
  },
  {
    what: "a statement that the connector of shard0 cannot read",
    part: "shard0",
    isLong: true,
    mayName: { shard0: anything },
    cause: async () =>
      await sql(`ALTER TABLE products.stock ADD x INT AS (JSON_VALUE('{"a": 1}', '$.a' RETURNING UNSIGNED)) STORED`),
    heal: async (last) => {
      const hint = last?.problems.find(({ part, hint: told }) => part === "shard0" && told !== null)?.hint ?? "";
      expect(hint).toContain("cdc:connectors.properties: {ddl.parser.type: legacy}");
      // In the shard's own entry, so that nobody may name the other one.
      await checkout.writeConfig({
        ...(await committedConfig("dev")),
        ...configWith({ connectorProperties: { "ddl.parser.type": "legacy" } }),
      });
      const { code, output } = await checkout.make("up");
      expect(code, output).toBe(0);
    },
  },
];

const isWell = (checks: readonly Check[]) =>
  checks.length >= 2 && checks.slice(-2).every(({ status }) => status.healthy);
const isNamed = (check: Check, part: string) => check.status.problems.some((problem) => problem.part === part);

test("before any fault it is healthy", async () => {
  await poller.until(0, (checks) => isWell(checks) && rows().some(({ arrivedAt }) => arrivedAt !== undefined));
});

test.each(faults)("$what", async ({ what, part, cause, heal, isLong, mayName }) => {
  const causedAt = Date.now();
  await cause();
  arrivals.isEngineAway = what.startsWith("opensearch");
  const hasLasted = (checks: readonly Check[]) =>
    checks.some((check) => isNamed(check, part)) &&
    (isLong === undefined || checks.some((check) => lateRows(check, rows(), boundMs).length > 0));
  let last: Check | undefined;
  let healedAt: number;
  try {
    last = (await poller.until(Date.now(), hasLasted)).at(-1);
  } finally {
    arrivals.isEngineAway = false;
    await heal(last?.status);
    healedAt = Date.now();
  }
  await poller.until(
    healedAt,
    (checks) => isWell(checks) && rows().every((row) => row.arrivedAt !== undefined || row.committedAt > healedAt),
  );

  const checks = poller.checks.filter(({ startedAt }) => startedAt >= causedAt);
  const [healthy, unhealthy] = [wronglyHealthy(checks, rows(), boundMs), wronglyUnhealthy(checks, rows(), healedAt)];
  const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;
  lines.push([
    what,
    seconds(healedAt - causedAt),
    String(checks.length),
    `${seconds(standing(healthy, checks))} (${healthy.length})`,
    `${seconds(standing(unhealthy, checks))} (${unhealthy.length})`,
    namedIn(checks),
  ]);
  expect(longestRun(healthy, checks)).toBeLessThanOrEqual(1);
  expect(falseNames(checks, mayName, rows(), slackMs)).toEqual([]);
  for (const { code, status } of checks) expect(code).toBe(status.healthy ? 0 : 1);
});
