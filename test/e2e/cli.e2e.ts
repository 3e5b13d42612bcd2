/** The commands about the pipeline's state on a real stack, as a new user runs them: what they say, and how they end. */
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Status } from "../../cli/status/schema.ts";
import { ConnectClient } from "../../clients/connect/client.ts";
import { Cdc, cdc } from "./support/cdc.ts";
import { Checkout, dockerLines, execute } from "./support/checkout.ts";
import { succeeded } from "./support/results.ts";
import { statusOf, untilHealthy, untilStatus } from "./support/status.ts";

const portOffset = 2000;
const checkout = new Checkout("e2e-cli");
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const connector = "inventory-connector-0";
const container = (alias: string) => `${checkout.prefix}-${alias}`;

const run = async (...args: string[]) => await cdc(checkout, ...args);

interface Events {
  readonly events: readonly {
    readonly time: string;
    readonly who: string;
    readonly level: string;
    readonly what: string;
  }[];
  readonly unknown: readonly object[];
}

/** What a command prints when all is well. */
const said = async (...args: string[]) => succeeded(await run(...args));

const status = async () => await statusOf(checkout);
const messages = ({ problems }: Status) => problems.map(({ part, message }) => `${part}: ${message}`).join("\n");

beforeAll(async () => {
  await checkout.create({
    portOffset,
    shards: [
      { name: "shard0", port: 3308, connector },
      { name: "shard1", port: 3309, connector: "inventory-connector-1" },
    ],
  });
  succeeded(await checkout.make("up"));
});

afterAll(async () => {
  await checkout.remove();
});

describe("all is well", () => {
  test("status says so right after `up`, and its JSON is of the published schema", async () => {
    const seen = await status();
    expect(seen, messages(seen)).toMatchObject({ code: 0, healthy: true, problems: [] });
    const { code: _, ...printed } = seen;
    const published = JSON.parse(await readFile(join(checkout.folder, "docs", "status.schema.json"), "utf8")) as object;
    const validate = new Ajv().compile(published);
    expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);

    await untilStatus(
      checkout,
      ({ shards, containers }) =>
        shards.every(({ lagMs, guard }) => lagMs !== null && guard !== null) &&
        containers.every(({ health }) => health === "healthy"),
    );
    const text = await said("status");
    expect(text).toMatch(/^cdc-e2e-cli: healthy {2}\(/);
    expect(text).toMatch(/^shard0 +inventory-connector-0 +RUNNING +RUNNING +streaming +\d+ m?s +\d+ (B|KiB) +/m);
    expect(text).toContain("containers  5 of 5 healthy");
    expect(text).toMatch(/^shard1\.products\.products +\d+$/m);
  });

  test("status --watch looks again until Ctrl-C", async () => {
    const watching = new Cdc(checkout, ["status", "--watch", "0.5"]);
    await watching.says(/healthy {2}\((.|\n)*healthy {2}\(/);
    watching.interrupt();
    expect(await watching.end()).toMatchObject({ code: 0, stderr: "" });
  });

  test("topics are all declared", async () => {
    const text = await said("topics");
    expect(text).toMatch(/^shard0\.products\.products +data +1 +1 +compact +\d+ +/m);
    expect(text).toMatch(/^schemahistory\.shard1 +schema history +1 +1 +delete, kept for ever +/m);
    expect(text).not.toMatch(/missing|undeclared|declared/);
    const topics = JSON.parse(await said("topics", "--json")) as { name: string; kind: string; records: number }[];
    const data = topics.filter(({ kind }) => kind === "data");
    expect(data.map(({ name, records }) => [name, records > 0])).toEqual([
      ["shard0.products.products", true],
      ["shard0.products.stock", true],
      ["shard1.products.products", true],
      ["shard1.products.stock", true],
    ]);
  });

  test("graph draws the plan", async () => {
    expect(await said("graph")).toMatch(/^flowchart LR\n[^]*shard0 -->\|binlog\| connector0\n/);
    expect(await said("graph")).toContain('connector1["inventory-connector-1<br/>');
  });

  test.each(["shard0", "mysql-3309", "kafka", "connect", "guard"])("logs of %s are to be read", async (component) => {
    const { code, stdout, stderr } = await run("logs", component, "--tail", "1");
    expect(code).toBe(0);
    // Some write to stdout, some to stderr, as docker logs gives them.
    expect((stdout + stderr).trimEnd().split("\n")).toHaveLength(1);
  });

  test("logs --follow goes on, and --json has time and stream", async () => {
    const following = new Cdc(checkout, ["logs", "connect", "--follow", "--tail", "0", "--json"]);
    await worker.setLogLevel("org.apache.kafka.connect.runtime.distributed", "DEBUG");
    await following.says(/"line":/);
    await worker.setLogLevel("org.apache.kafka.connect.runtime.distributed", "INFO");
    following.interrupt();
    const { stdout } = await following.end();
    expect(JSON.parse(stdout.split("\n")[0] ?? "")).toEqual({
      component: "connect",
      time: expect.stringMatching(/^20\d\d-.*Z$/),
      stream: "stdout",
      line: expect.any(String),
    });
  });

  test("logs of several are one, in the order of time", async () => {
    const all = (await run("logs", "--tail", "20", "--json")).stdout.trim().split("\n");
    const lines = all.map((line) => JSON.parse(line) as { component: string; time: string });
    expect(lines.map(({ time }) => time)).toEqual(lines.map(({ time }) => time).toSorted());
    expect(new Set(lines.map(({ component }) => component))).toEqual(
      new Set(["shard0", "shard1", "kafka", "connect", "guard"]),
    );
    const text = await said("logs", "guard", "shard1", "--tail", "1");
    expect(text.trim().split("\n").toSorted()).toEqual([
      expect.stringMatching(/^guard {2}\| 20\S+Z INFO {2}\S+: watched$/),
      expect.stringMatching(/^shard1 \| 20/),
    ]);
  });

  test("logs of several go on over a container's restart", async () => {
    const following = new Cdc(checkout, ["logs", "guard", "kafka", "--follow", "--tail", "1"]);
    await following.says(/^guard \| /m);
    await execute(["docker", "restart", container("guard")]);
    await following.says(/guard \| .* guard: ended by SIGTERM[^]*guard \| .* guard: looks at/);
    following.interrupt();
    const { stdout } = await following.end();
    expect(stdout.match(/guard: ended by SIGTERM/g)).toHaveLength(1);
  });

  test("log-level is set and seen, on all below too", async () => {
    const logger = "io.debezium.connector.mysql";
    expect(await said("log-level")).not.toContain(logger);
    await said("log-level", logger, "DEBUG");
    expect(await said("log-level")).toMatch(/^io\.debezium\.connector\.mysql +DEBUG$/m);
    expect(JSON.parse(await said("log-level", `${logger}.Any`, "--json"))).toEqual([
      { logger: `${logger}.Any`, level: "DEBUG" },
    ]);
    await said("log-level", logger, "INFO");
    expect(await said("log-level")).not.toContain(logger);
  });
});

describe("as it is started", () => {
  test("by a link in another folder, the stack from the environment", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cdc-cli-"));
    try {
      await symlink(join(checkout.folder, "bin", "cdc"), join(folder, "mine"));
      const env = { ...process.env, STACK: checkout.stack };
      const shown = await execute([join(folder, "mine"), "offsets", "show", "shard1"], { cwd: folder, env });
      expect(succeeded(shown)).toMatch(/^shard1 +mysql-bin\.\d+ +\d+ /m);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("by the environment that `make` writes, and by npx in the checkout", async () => {
    const sourced = ["sh", "-c", `. .cdc/env && cd / && exec cdc --stack ${checkout.stack} offsets show shard1`];
    const npx = ["npx", "--offline", "cdc", "--stack", checkout.stack, "offsets", "show", "shard1"];
    const env = { ...process.env, npm_config_cache: join(checkout.folder, ".cdc", "npm") };
    for (const command of [sourced, npx]) {
      expect(succeeded(await execute(command, { cwd: checkout.folder, env }))).toMatch(
        /^shard1 +mysql-bin\.\d+ +\d+ /m,
      );
    }
  });
});

describe("a connector is moved", () => {
  test("paused, which status does not like, and resumed", async () => {
    const paused = await said("pause", "shard0");
    expect(paused).toMatch(/^shard0 +inventory-connector-0 +PAUSED +PAUSED$/m);
    expect(paused).toContain("declared running: the next `pulumi up` brings that back");
    const seen = await status();
    expect(seen.code).toBe(1);
    expect(messages(seen)).toBe("shard0: connector inventory-connector-0 is PAUSED, and declared running");
    expect(seen.shards.map(({ phase }) => phase)).toEqual(["paused", "streaming"]);
    expect((await run("status")).code).toBe(1);

    expect(await said("resume", connector)).toMatch(/^shard0 +inventory-connector-0 +RUNNING +RUNNING$/m);
    await untilHealthy(checkout);
  });

  test("stopped, all of them; a stopped one cannot be restarted", async () => {
    const stopped = JSON.parse(await said("stop", "--all", "--json")) as { state: string; tasks: string[] }[];
    expect(stopped.map(({ state, tasks }) => [state, ...tasks])).toEqual([["STOPPED"], ["STOPPED"]]);
    const refused = await run("restart", "shard1");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toBe(
      "error: shard1: connector inventory-connector-1 is stopped\n  what to do: cdc resume shard1\n",
    );
    await said("resume", "--all");
    expect(await said("restart", "shard0", "shard1")).toMatch(/^shard1 +inventory-connector-1 +RUNNING +RUNNING$/m);
    await untilHealthy(checkout);
  });

  test("its offset is forgotten when that is meant, and a snapshot follows", async () => {
    const asked = await run("offsets", "reset", "shard1");
    expect(asked).toMatchObject({ code: 2, stdout: "" });
    expect(asked.stderr).toContain("give --yes to mean it");

    const records = async () =>
      (await status()).topics.find(({ name }) => name === "shard1.products.products")?.records ?? 0;
    const before = await records();
    const result = await run("offsets", "reset", "shard1", "--yes");
    expect(result).toMatchObject({
      code: 0,
      stdout:
        "shard1: running; a new snapshot follows, with every row once more in the topics\n" +
        "rows deleted since the old place stay in compacted topics: readers of those have to compare with the shard\n",
    });
    expect(result.stderr).toContain("deleting the records of schemahistory.shard1");
    await untilStatus(
      checkout,
      ({ topics }) => (topics.find(({ name }) => name === "shard1.products.products")?.records ?? 0) > before,
    );
    await untilStatus(checkout, ({ healthy, shards }) => healthy && shards[1]?.phase === "streaming");
  });
});

describe("something is wrong", () => {
  test("a configuration that somebody changed is told key by key", async () => {
    const config = await worker.getConfig(connector);
    if (config === undefined) throw new Error("no connector");
    await worker.putConfig(connector, { ...config, "poll.interval.ms": "500" });
    try {
      const seen = await status();
      expect(seen.code).toBe(1);
      expect(messages(seen)).toContain('poll.interval.ms is "500", declared "50"');
    } finally {
      await worker.putConfig(connector, config);
    }
    await untilHealthy(checkout);
  });

  test("a server that stopped is told with the failed task, and the other shard goes on; the guard brings it back", async () => {
    await dockerLines("stop", container("mysql-3308"));
    const down = await untilStatus(checkout, ({ shards }) => shards[0]?.task === "FAILED");
    expect(down.healthy).toBe(false);
    expect(messages(down)).toMatch(/shard0: container cdc-e2e-cli-mysql-3308 is exited/);
    expect(messages(down)).toMatch(/shard0: task 0 of inventory-connector-0 has FAILED/);
    expect(down.shards[1]).toMatchObject({ phase: "streaming", task: "RUNNING" });
    expect(down.shards[1]?.binlogBehindBytes).not.toBeNull();
    expect((await run("status")).code).toBe(1);

    await dockerLines("start", container("mysql-3308"));
    const back = await untilHealthy(checkout);
    expect(back.shards[0]?.guard?.restarts).toBeGreaterThan(0);
    expect(await said("logs", "guard", "--tail", "20")).toMatch(/inventory-connector-0: .*restart 1/);
  });

  test("events tell of that afterwards: the `up`, the snapshots, the server's start, what the guard saw and did", async () => {
    const told = JSON.parse(await said("events", "--json")) as Events;
    expect(told.unknown).toEqual([]);
    const lines = told.events.map(({ who, level, what }) => `${level} ${who}: ${what}`);
    const order = [
      /^INFO pulumi: pulumi up succeeded in \d+ s: \d+ created/,
      /^INFO shard0: initial snapshot began/,
      /^INFO shard0: initial snapshot is complete/,
      /^(WARN|ERROR) inventory-connector-0: .*FAILED/,
      /^INFO shard0: container started$/,
    ].map((pattern) => lines.findIndex((line) => pattern.test(line)));
    expect(order, lines.join("\n")).not.toContain(-1);
    expect(order, lines.join("\n")).toEqual(order.toSorted((a, b) => a - b));
    const shard1 = await said("events", "shard1");
    expect(shard1).toMatch(/shard1 +initial snapshot is complete/);
    expect(shard1).not.toMatch(/shard0|inventory-connector-0|pulumi/);
    expect(await said("events", "--since", "2099-01-01")).toBe("nothing happened in that time\n");
  });

  test("a worker that stopped hides nothing else, and commands that need it end with 3", async () => {
    await dockerLines("stop", container("connect"));
    const seen = await status();
    expect(seen.code).toBe(1);
    expect(messages(seen)).toMatch(/^connect: container cdc-e2e-cli-connect is exited/);
    expect(seen.shards[0]).toMatchObject({ state: null, phase: null });
    expect(seen.shards[0]?.heartbeatAgeMs).not.toBeNull();
    expect(seen.topics.length).toBeGreaterThan(0);
    for (const command of [["pause", "shard0"], ["offsets", "show"], ["log-level"]]) {
      const { code, stderr } = await run(...command, "--json");
      expect(code, stderr).toBe(3);
      expect(JSON.parse(stderr)).toEqual({ error: { message: expect.any(String), whatToDo: expect.any(String) } });
    }
    await dockerLines("start", container("connect"));
    await untilHealthy(checkout);
  });

  test("a broker that stopped hides nothing else", async () => {
    await dockerLines("stop", container("kafka"));
    const seen = await status();
    expect(seen.code).toBe(1);
    expect(messages(seen)).toMatch(/kafka: container cdc-e2e-cli-kafka is exited/);
    expect((await run("topics")).code).toBe(3);
    const told = await run("events", "--json");
    expect(told.code).toBe(3);
    expect(JSON.parse(told.stdout)).toMatchObject({
      events: expect.arrayContaining([expect.objectContaining({ who: "pulumi" })]),
      unknown: [
        { source: "what was told of snapshots and comparisons", why: expect.stringMatching(/no answer from Kafka/) },
      ],
    });
    await dockerLines("start", container("kafka"));
    await untilHealthy(checkout);
  });

  test("a stack that is gone is another exit code", async () => {
    succeeded(await checkout.make("down"));
    expect((await status()).code).toBe(3);
    expect((await run("logs", "connect")).code).toBe(3);
    expect((await run("topics")).code).toBe(3);
    expect(await said("graph")).toContain("flowchart LR");
  });
});
