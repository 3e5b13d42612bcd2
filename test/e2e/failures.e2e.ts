/** What a person meets when something goes wrong during `up`, and that the next `up` carries on. */
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Checkout, committedConfig, dockerLines, namesOwnedBy } from "./support/checkout.ts";
import { sqlIn } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { until } from "./support/until.ts";

const portOffset = 18_000;
const checkout = new Checkout("e2e-failures");
const shard = { name: "shard0", port: 3308 };
const container = "cdc-e2e-failures-mysql-3308";

const config = { portOffset, shards: [shard] };
/** Before anything was made. */
const since = new Date().toISOString();

beforeAll(async () => {
  await checkout.create(config);
});

afterAll(async () => {
  await checkout.remove();
});

test("a port in use is refused before anything is created, naming the port and the remedy", async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(shard.port + portOffset, "127.0.0.1", resolve));
  try {
    const output = failed(await checkout.make("up"));
    expect(output).toMatch(/CDC-702 port 21308: wanted for MySQL of shard0, but another process/);
    expect(output).toMatch(/portOffset/);
    expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
  } finally {
    await new Promise((resolve) => squatter.close(resolve));
  }
});

test("a shard killed during `up` fails it, and the container is named; the next `up` goes on from there", async () => {
  const up = checkout.make("up");
  await killWhileAwaited();
  expect(failed(await up)).toContain(`container ${container} does not run: Exited (137)`);
});

test("a property that the worker refuses of a new connector is named with the worker's reason; mended, `up` finishes the job", async () => {
  const mistaken = { properties: { "snapshot.fetch.size": "many" } };
  await checkout.writeConfig({ ...(await committedConfig("dev")), ...config, connectors: mistaken });
  expect(failed(await checkout.make("up"))).toMatch(
    /connector shard0-connector was refused by the worker \(HTTP \d+\): snapshot\.fetch\.size: .*integer/,
  );
  await checkout.writeConfig({ ...(await committedConfig("dev")), ...config });
  expect(succeeded(await checkout.make("up"))).toMatch(/shard0 .*RUNNING .*RUNNING .*\d+ ms/);
});

test("a pulumi killed while it creates topics and accounts leaves a stack that the next `up` completes", async () => {
  await checkout.make("down");
  const up = checkout.make("up");
  await killPulumiOnceInside();
  expect((await up).code).not.toBe(0);
  const again = succeeded(await checkout.make("up"));
  expect(again).toMatch(/killed and left its lock[^]*killed while creating \d+ resources?/);
  expect(again).toMatch(/shard0 .*RUNNING .*RUNNING .*\d+ ms/);
});

test("containers that somebody removed are made again by a plain `up`, as its preview says, with every row", async () => {
  const root = await checkout.password("mysql-root-password");
  const count = async () => await sqlIn(container, root, "SELECT COUNT(*) FROM products.products");
  const before = await count();
  await dockerLines("rm", "--force", container, `${checkout.prefix}-kafka`, `${checkout.prefix}-connect`);
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(/^ +\+-3 to replace$/m);
  expect(succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"))).toMatch(
    /shard0: a change was seen on shard0\.cdc\.probe/,
  );
  expect(await count()).toEqual(before);
  expect((await checkout.pulumi("preview")).output).toMatch(/^ +\d+ unchanged$/m);
});

test("every container has its limit of processes; one that somebody took away is given back by a plain `up`, without a restart", async () => {
  const names = (await namesOwnedBy(checkout.prefix)).flatMap((line) => line.match(/^container (.*)/)?.[1] ?? []);
  const seen = async () =>
    await dockerLines("inspect", "--format", "{{.HostConfig.PidsLimit}} {{.State.StartedAt}}", ...names);
  const before = await seen();
  // Server, broker, worker and guard.
  expect(before.map((line) => line.split(" ")[0])).toEqual(["4096", "4096", "4096", "4096"]);

  await dockerLines("update", "--pids-limit", "-1", `${checkout.prefix}-connect`);
  expect(await seen()).not.toEqual(before);
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(/connect-ready/);
  succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
  expect(await seen()).toEqual(before);
  expect((await checkout.pulumi("preview")).output).toMatch(/^ +\d+ unchanged$/m);
});

test("a wrong password of the CDC account fails the flow check at the database, by name", async () => {
  const root = await checkout.password("mysql-root-password");
  await sqlIn(container, root, "ALTER USER debezium@'%' IDENTIFIED BY 'another'");
  await dockerLines("restart", `${checkout.prefix}-kafka`);
  const target = {
    shard: "shard0",
    mysql: { host: "127.0.0.1", port: shard.port + portOffset },
    connector: "shard0-connector",
    connect: { url: `http://localhost:${8083 + portOffset}` },
    kafka: { bootstrap: `localhost:${9092 + portOffset}` },
    probeTopic: "shard0.cdc.probe",
    tables: "cdc\\.probe",
    workers: [`${checkout.prefix}-connect`],
  };
  const { checkFlow } = await import("../../flow/flow.ts");
  await expect(checkFlow(target, await checkout.cdcLogin(), 5000)).rejects.toThrow(
    /shard0: no change flows; stuck at database: debezium cannot log in/,
  );
});

/**
 * Kills the shard as soon as its first health check is begun: `up` has seen it run by then. Before that, `up` would start it again;
 * whether it became ready meanwhile is a matter of milliseconds, and what fails then is another resource.
 */
async function killWhileAwaited(): Promise<void> {
  const filters = [`container=${container}`, "event=exec_start"].flatMap((filter) => ["--filter", filter]);
  await until(`a health check of ${container} is begun`, async () => {
    const now = new Date().toISOString();
    return (await dockerLines("events", "--since", since, "--until", now, ...filters)).length > 0;
  });
  await dockerLines("kill", container);
}

/** Ends the stack's pulumi, by the id in its lock, as soon as the state says that topics or accounts are being made. */
async function killPulumiOnceInside(): Promise<void> {
  const backend = join(checkout.folder, ".cdc", "state", ".pulumi");
  const isInside = async () => {
    const state = await readFile(join(backend, "stacks", "cdc", `${checkout.stack}.json`), "utf8").catch(() => "{}");
    const { checkpoint } = parseOr(state) as {
      checkpoint?: { latest?: { pending_operations?: { resource: { type: string } }[] } };
    };
    const pending = checkpoint?.latest?.pending_operations ?? [];
    return pending.some(({ resource }) => /^(kafka:index\/topic|mysql:index\/user)/.test(resource.type));
  };
  await until("a topic or an account is being created", isInside, Boolean, 20);
  const locks = join(backend, "locks", "organization", "cdc", checkout.stack);
  for (const file of (await readdir(locks)).filter((name) => name.endsWith(".json"))) {
    process.kill((JSON.parse(await readFile(join(locks, file), "utf8")) as { pid: number }).pid, "SIGKILL");
  }
}

/** A state file that is being written is no JSON for a moment. */
function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
