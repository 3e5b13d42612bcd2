/**
 * A stack with a Prometheus of its own, and somebody who is told of alerts by a webhook: each fault is told by its alert and by no
 * other, so is its end, and the token in the webhook's URL is nowhere. The tests go through the life of that one stack in their order.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { PrometheusClient } from "../../clients/prometheus.ts";
import { formatTable } from "../../lib/table.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, dockerLines, execute, namesOwnedBy } from "./support/checkout.ts";
import { sqlIn } from "./support/mysql.ts";
import { placesOf as networksOf, reachedFrom } from "./support/networks.ts";
import { failed, succeeded } from "./support/results.ts";
import { placesOf } from "./support/secret-places.ts";
import { secretsIn } from "./support/secrets.ts";
import { limitMs, until } from "./support/until.ts";
import { WebhookReceiver, type Told } from "./support/webhook.ts";

const portOffset = 22_000;
const connect = `http://localhost:${8083 + portOffset}`;
const metrics = `http://127.0.0.1:${9108 + portOffset}`;
const prometheusUrl = `http://127.0.0.1:${9090 + portOffset}`;
const startedMs = Date.now();

const checkout = new Checkout("e2e-monitoring");
const stack = checkout.prefix;
const worker = new ConnectClient({ url: connect });
const prometheus = new PrometheusClient({ url: prometheusUrl }, limitMs);
const [shard0, shard1] = ["shard0-connector", "shard1-connector"] as const;
const token = randomBytes(12).toString("hex");
const webhook = new WebhookReceiver(token);
let url: string;
let rootPassword: string;

const config = {
  portOffset,
  shards: [
    { name: "shard0", port: 3308 },
    { name: "shard1", port: 3309 },
  ],
  connectors: { properties: { "heartbeat.interval.ms": "2000" } },
  guard: { checkSeconds: 2, stallSeconds: 30, restartAfterSeconds: [0, 5] },
  monitoring: { enabled: true, prometheus: { enabled: true } },
  // So long that what is only slow is not told.
  maxDelaySeconds: 600,
};

beforeAll(async () => {
  url = await webhook.start();
  await checkout.create(config);
});

afterAll(async () => {
  await checkout.remove();
  await webhook.stop();
});

const file = async () => await readFile(join(checkout.folder, `Pulumi.${checkout.stack}.yaml`), "utf8");

async function alertsTo(receiver: string): Promise<void> {
  succeeded(await checkout.pulumi("config", "set", "--secret", "--path", "cdc:monitoring.alertsTo", receiver));
}

describe("whom to tell", () => {
  test("is refused in clear, with the command that encrypts it", async () => {
    await checkout.writeConfig({ ...(await checkout.config()), monitoring: { ...config.monitoring, alertsTo: url } });
    const refused = failed(await checkout.make("up"));
    const command = `make toolchain && . .cdc/env && pulumi stack select --create ${checkout.stack} && pulumi config set --secret --path 'cdc:monitoring.alertsTo'`;
    expect(refused).toContain("CDC-112 cdc:monitoring.alertsTo");
    expect(refused).toContain(command);
    expect(refused).not.toContain(token);
    await checkout.writeConfig({ ...(await checkout.config()), monitoring: config.monitoring });
    const options = { cwd: checkout.folder, env: { ...checkout.environment(), ANSWER: url } };
    succeeded(await execute(["sh", "-c", `${command} -- "$ANSWER"`], options));
    expect(await file()).not.toContain(token);
  });

  test("is refused, and not shown, when it is the container that would tell", async () => {
    await alertsTo(`http://127.0.0.1:8080/${token}`);
    const refused = failed(await checkout.make("up"));
    expect(refused).toContain("CDC-418 cdc:monitoring.alertsTo");
    expect(refused).not.toContain(token);
    await alertsTo(url);
  });
});

describe("up", () => {
  test("brings Prometheus, which reads everything, and says where it is", async () => {
    const said = succeeded(await checkout.make("up"));
    expect(said).toContain(`metrics  ${metrics}/metrics`);
    expect(said).toContain(`alerts   ${prometheusUrl}`);
    const outputs = JSON.parse(succeeded(await checkout.pulumi("stack", "output", "--json"))) as Record<
      string,
      unknown
    >;
    expect(outputs["monitoring"]).toEqual({ page: metrics, metrics: `${metrics}/metrics`, prometheus: prometheusUrl });
    const jobs = await until(
      "all targets are read",
      async () => await prometheus.targets(),
      (targets) => targets.every(({ health }) => health === "up"),
    );
    expect(jobs.map(({ job }) => job).toSorted()).toEqual([stack, `${stack}-alertmanager`, `${stack}-prometheus`]);
    rootPassword = await checkout.password("mysql-root-password");
  });

  test("has nothing to do a second time", async () => {
    succeeded(await checkout.pulumi("preview", "--expect-no-changes"));
  });

  test("neither of the two is in a network of databases, brokers or workers; only Prometheus has a port, on 127.0.0.1", async () => {
    const ports = async (part: string) =>
      await dockerLines("container", "inspect", "--format", "{{json .HostConfig.PortBindings}}", `${stack}-${part}`);
    for (const part of ["prometheus", "alertmanager"])
      expect(Object.keys(await networksOf(`${stack}-${part}`))).toEqual([`${stack}-monitoring`]);
    expect(await ports("prometheus")).toEqual([
      JSON.stringify({ "9090/tcp": [{ HostIp: "127.0.0.1", HostPort: String(9090 + portOffset) }] }),
    ]);
    expect(["{}", "null"]).toContain((await ports("alertmanager"))[0]);
  });

  test("nobody but the guard reaches them, and Prometheus reaches no worker", async () => {
    const both = { prometheus: 9090, alertmanager: 9093 };
    for (const part of ["kafka", "connect", "mysql-3308"]) expect(await reachedFrom(stack, part, both)).toEqual([]);
    expect(await reachedFrom(stack, "guard", both)).toEqual([
      "alertmanager",
      "alertmanager in monitoring",
      "prometheus",
      "prometheus in monitoring",
    ]);
    const asked = async (url: string) =>
      await execute(["docker", "exec", `${stack}-prometheus`, "wget", "-q", "-T", "5", "-O-", url]);
    expect(succeeded(await asked("http://guard:9108/metrics"))).toContain("cdc_connector_condition");
    for (const { IPAddress } of Object.values(await networksOf(`${stack}-connect`)))
      expect(failed(await asked(`http://${IPAddress}:8083/`))).toContain("timed out");
  });

  test("the doctor finds all well, and status and graph name both", async () => {
    const doctor = succeeded(await cdc(checkout, "doctor"));
    expect(doctor).toMatch(/metrics +.*3 read, no alert fires/);
    expect(doctor).toContain("no message failed within 15 minutes");
    const { containers } = JSON.parse(succeeded(await cdc(checkout, "--json", "status"))) as {
      containers: { component: string; health: string }[];
    };
    for (const component of ["prometheus", "alertmanager"])
      expect(containers).toContainEqual(expect.objectContaining({ component, health: "healthy" }));
    expect(succeeded(await cdc(checkout, "graph"))).toContain(`Prometheus<br/>127.0.0.1:${9090 + portOffset}`);
  });
});

interface Seen {
  readonly alert: string;
  readonly fault: string;
  /** Seconds that rules and intervals add up to. */
  readonly bound: number;
  readonly told: number;
  readonly endTold: number;
}

const table: Seen[] = [];
/** Every alert that fired while somebody looked. */
const fired = new Set<string>();

/** Waits until the webhook has it. */
async function toldOf(
  status: Told["status"],
  alert: string,
  connector: string | undefined,
  sinceMs: number,
): Promise<number> {
  const isIt = ({ labels, atMs, ...one }: Told) =>
    one.status === status && labels["alertname"] === alert && labels["connector"] === connector && atMs >= sinceMs;
  const found = await until(
    `the webhook is told that ${alert} is ${status}`,
    async () => {
      for (const name of await prometheus.firing()) fired.add(name);
      return webhook.told.find(isIt);
    },
    Boolean,
    1000,
  );
  expect(found?.labels).toMatchObject({ stack, severity: "critical" });
  expect(found?.annotations["command"]).toContain(`cdc -s ${checkout.stack} `);
  return found!.atMs;
}

/** Makes a fault, waits until it is told, mends it, and waits until that is told. */
async function faultIsTold(
  { alert, fault, bound, connector }: Pick<Seen, "alert" | "fault" | "bound"> & { readonly connector?: string },
  make: () => Promise<unknown>,
  mend: () => Promise<unknown>,
): Promise<void> {
  await make();
  const madeMs = Date.now();
  const toldMs = await toldOf("firing", alert, connector, madeMs);
  await mend();
  const mendedMs = Date.now();
  const endMs = await toldOf("resolved", alert, connector, mendedMs);
  const seconds = (from: number, to: number) => Math.round((to - from) / 100) / 10;
  table.push({ alert, fault, bound, told: seconds(madeMs, toldMs), endTold: seconds(mendedMs, endMs) });
}

const sql = async (statement: string) => await sqlIn(`${stack}-mysql-3309`, rootPassword, statement);

describe("a fault", () => {
  /** Reading and judging every 15 s, and 5 s until Alertmanager speaks. */
  const ways = 15 + 15 + 5;

  test("of one connector and of another, each told by its own alert", async () => {
    await Promise.all([
      faultIsTold(
        { alert: "CdcShardNotStreaming", fault: "paused by hand", bound: 120 + ways, connector: shard0 },
        async () => await worker.pause(shard0),
        async () => await worker.resume(shard0),
      ),
      faultIsTold(
        // Restarts at once and after 5 s, and a look after the last one has failed.
        { alert: "CdcRestartsExhausted", fault: "account locked", bound: 20 + ways, connector: shard1 },
        async () => {
          await sql("ALTER USER debezium@'%' ACCOUNT LOCK");
          await worker.restart(shard1);
        },
        async () => {
          await sql("ALTER USER debezium@'%' ACCOUNT UNLOCK");
          await worker.restart(shard1);
        },
      ),
    ]);
    expect([...fired].toSorted()).toEqual(["CdcRestartsExhausted", "CdcShardNotStreaming"]);
  });

  test("of the guard itself", async () => {
    await faultIsTold(
      { alert: "CdcGuardSilent", fault: "guard stopped", bound: 60 + ways },
      async () => await dockerLines("stop", `${stack}-guard`),
      async () => await dockerLines("start", `${stack}-guard`),
    );
    expect([...fired].toSorted()).toEqual(["CdcGuardSilent", "CdcRestartsExhausted", "CdcShardNotStreaming"]);
  });

  test("leaves no alert behind, and nobody was told of another one", async () => {
    await until(
      "no alert fires",
      async () => await prometheus.firing(),
      (names) => names.length === 0,
    );
    const told = webhook.told.map(({ status, labels }) => `${labels["alertname"]} ${status}`);
    expect([...new Set(told)].toSorted()).toEqual(
      table.flatMap(({ alert }) => [`${alert} firing`, `${alert} resolved`]).toSorted(),
    );
    const rows = table.map(({ alert, fault, bound, told: seconds, endTold }) => [
      alert,
      fault,
      `${bound} s`,
      `${seconds} s`,
      `${endTold} s`,
    ]);
    console.log(formatTable(["ALERT", "FAULT", "BOUND", "TOLD AFTER", "END TOLD AFTER"], rows));
  });
});

test("the token in the webhook's URL is nowhere in clear", async () => {
  const places = await placesOf(checkout, { kafka: `localhost:${9092 + portOffset}`, connect }, startedMs);
  const wanted = Object.entries({
    ...places,
    "Prometheus' configuration": async () => await (await fetch(`${prometheusUrl}/api/v1/status/config`)).text(),
    "Alertmanager's status": async () =>
      await dockerLines("exec", `${stack}-alertmanager`, "wget", "-qO-", "http://127.0.0.1:9093/api/v2/status"),
  });
  expect(await secretsIn(Object.fromEntries(wanted), { "the token": token })).toEqual([]);
  expect(
    (await dockerLines("exec", `${stack}-alertmanager`, "cat", "/etc/alertmanager/alertmanager.yml")).join("\n"),
  ).toContain(token);
});

test("another bound is another rule, and what was read before is still there", async () => {
  const since = await prometheus.value(`min_over_time(timestamp(up{job="${stack}"})[1h:15s])`);
  await checkout.writeConfig({ ...(await checkout.config()), maxDelaySeconds: 700 });
  succeeded(await checkout.make("up"));
  const rules = await until(
    "Prometheus has the new rules",
    async () => await (await fetch(`${prometheusUrl}/api/v1/rules`)).text(),
    (text) => / 700 /.test(text),
  );
  expect(rules).not.toContain(" 600 ");
  expect(await prometheus.value(`min_over_time(timestamp(up{job="${stack}"})[1h:15s])`)).toBeLessThanOrEqual(
    since! + 60,
  );
});

test("containers that somebody removes come back with the next up", async () => {
  await dockerLines("rm", "--force", `${stack}-prometheus`, `${stack}-alertmanager`);
  succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
  await until(
    "all targets are read again",
    async () => await prometheus.targets().catch(() => []),
    (targets) => targets.length === 3 && targets.every(({ health }) => health === "up"),
  );
});

test("down leaves nothing", async () => {
  succeeded(await checkout.make("down"));
  expect(await namesOwnedBy(stack)).toEqual([]);
});
