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
/** Prints the counter `oom_kill` of the container, by either version of cgroups. */
const kernelCounts = "cat /sys/fs/cgroup/memory/memory.oom_control /sys/fs/cgroup/memory.events 2>/dev/null";
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

test("every container has its limits of processes and memory; what somebody changed is given back by a plain `up`, without a restart", async () => {
  const names = (await namesOwnedBy(checkout.prefix)).flatMap((line) => line.match(/^container (.*)/)?.[1] ?? []);
  const limits = "{{.Name}} {{.HostConfig.PidsLimit}} {{.HostConfig.Memory}}";
  const seen = async () => await dockerLines("inspect", "--format", `${limits} {{.State.StartedAt}}`, ...names);
  const before = await seen();
  // As plan/memory.ts has it: 2 x heap + 512, and for the server 1.5 x buffer pool + 3276.
  const planned = { connect: 2560, guard: 256, kafka: 1536, "mysql-3308": 3372 };
  expect(before.map((line) => line.replace(/ [^ ]*$/, "")).toSorted()).toEqual(
    Object.entries(planned).map(([name, mib]) => `/${checkout.prefix}-${name} 4096 ${mib * 1024 ** 2}`),
  );

  await dockerLines("update", "--pids-limit", "-1", `${checkout.prefix}-connect`);
  await dockerLines("update", "--memory", "3g", "--memory-swap", "3g", `${checkout.prefix}-kafka`);
  expect(await seen()).not.toEqual(before);
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(
    /connect-ready[^]*kafka-ready|kafka-ready[^]*connect-ready/,
  );
  succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
  expect(await seen()).toEqual(before);
  expect((await checkout.pulumi("preview")).output).toMatch(/^ +\d+ unchanged$/m);
});

test.each([
  ["worker", `${checkout.prefix}-connect`],
  ["server", container],
])(
  "a process in the %s's container that takes memory without end is killed there alone; killed itself, the container comes back by itself, and changes flow",
  async (_, victim) => {
    const others = [container, `${checkout.prefix}-kafka`, `${checkout.prefix}-connect`].filter(
      (name) => name !== victim,
    );
    const started = async (...names: string[]) =>
      await dockerLines("inspect", "--format", "{{.State.StartedAt}}", ...names);
    const [before, othersBefore] = [await started(victim), await started(...others)];
    const killed = async () =>
      await dockerLines("exec", victim, "sh", "-c", `${kernelCounts} | sed -n 's/^oom_kill //p'`);
    // The kernel ends the largest: `tail` keeps a line that has no end, more of it than any limit here.
    const hog = "head -c 6G /dev/zero | tail >/dev/null";
    const killedBefore = await killed();
    await dockerLines("exec", victim, "sh", "-c", `${hog}; true`);
    expect(Number(await killed())).toBeGreaterThan(Number(killedBefore));
    expect(await started(victim)).toEqual(before);

    // And what the kernel ends first if it is told so. The command ends with the container or after it.
    await dockerLines("exec", victim, "sh", "-c", `echo 1000 >/proc/1/oom_score_adj; ${hog}`).catch(() => []);
    await until(`${victim} was started again`, async () => (await started(victim))[0] !== before[0]);
    expect(await dockerLines("inspect", "--format", "{{.State.OOMKilled}} {{.RestartCount}}", victim)).toEqual([
      "true 1",
    ]);
    const { checkFlow } = await import("../../flow/flow.ts");
    const login = await checkout.cdcLogin();
    await until(
      "a change flows",
      async () => await checkFlow(target, login, 60_000).then(() => true, String),
      (said) => said === true,
    );
    expect(await started(...others)).toEqual(othersBefore);
  },
);

test("a wrong password of the CDC account fails the flow check at the database, by name", async () => {
  const root = await checkout.password("mysql-root-password");
  await sqlIn(container, root, "ALTER USER debezium@'%' IDENTIFIED BY 'another'");
  await dockerLines("restart", `${checkout.prefix}-kafka`);
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
