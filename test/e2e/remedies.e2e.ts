/** What `cdc status` and `cdc doctor` tell a person to do is done, word for word, on the fault that it is for, and heals it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Result as DoctorResult } from "../../cli/doctor/walk.ts";
import type { Status } from "../../cli/status/schema.ts";
import { ConnectClient } from "../../clients/connect/client.ts";
import { tutorialConnector } from "./support/by-hand.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, dockerLines, execute } from "./support/checkout.ts";
import { kafkaTopics } from "./support/kafka-topics.ts";
import { sqlIn } from "./support/mysql.ts";
import { succeeded } from "./support/results.ts";
import { untilHealthy, untilStatus } from "./support/status.ts";
import { patient } from "./support/until.ts";

const portOffset = 11_000;
const checkout = new Checkout("e2e-remedies");
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const engine = `http://127.0.0.1:${9200 + portOffset}`;
const container = (alias: string) => `${checkout.prefix}-${alias}`;
const shard = { name: "shard0", port: 3308 };
const connector = "shard0-connector";
const sink = "read-side-sink";
let rootPassword: string;

beforeAll(async () => {
  await checkout.create({ portOffset, shards: [shard], readSide: { enabled: true, page: { enabled: false } } });
  succeeded(await checkout.make("up"));
  rootPassword = await checkout.password("mysql-root-password");
  await untilHealthy(checkout);
});

afterAll(async () => {
  await checkout.remove();
});

/** One thing that is wrong: what says so, and the commands in what is said to do. */
interface Told {
  readonly message: RegExp;
  /** Its groups are commands, in their order. */
  readonly commands: RegExp;
}

const sql = async (statement: string) => await sqlIn(container("mysql-3308"), rootPassword, statement);

/** Runs a command as it stands in a message. What a person has to agree to is agreed to. */
async function obey(command: string): Promise<void> {
  const [program = "", ...args] = command.split(" ");
  const ran = await runOf(program, args);
  expect(ran.code, `${command}: ${ran.output}`).toBe(0);
}

async function runOf(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  switch (program) {
    case "pulumi":
      // Quotes are the shell's.
      return await checkout.pulumi(...args.map((arg) => arg.replaceAll("'", "")), "--yes", "--skip-preview");
    case "make":
      return await checkout.make(...args);
    case "cdc": {
      const agreed = /^(offsets reset|dlq discard)/.test(args.join(" ")) ? ["--yes"] : [];
      const { code, stdout, stderr } = await cdc(checkout, ...args, ...agreed);
      return { code, output: stdout + stderr };
    }
    case "docker":
    case "curl":
      return await execute([program, ...args]);
    default: {
      await sql([program, ...args].join(" "));
      return { code: 0, output: "" };
    }
  }
}

/** The commands that a text names. */
function commandsIn(text: string, pattern: RegExp): string[] {
  const found = pattern.exec(text)?.slice(1);
  expect(found, text).toBeDefined();
  return (found ?? []).filter((command) => command !== undefined);
}

const byHand = "by-hand";

type Row = readonly [what: string, cause: () => Promise<unknown>, told: readonly Told[]];

/** Healed is what lost nothing: every row is a document, and nothing else is. */
async function agrees(): Promise<void> {
  const { code, stdout, stderr } = await cdc(checkout, "reconcile");
  expect(code, stdout + stderr).toBe(0);
}

const rows: readonly Row[] = [
  [
    "a connector deleted, another one changed, a container removed",
    async () => {
      await worker.deleteConnector(sink);
      const config = await worker.getConfig(connector);
      await worker.putConfig(connector, { ...config, "poll.interval.ms": "500" });
      await dockerLines("rm", "--force", container("guard"));
    },
    [
      { message: /connector read-side-sink is not on the worker/, commands: /^(pulumi up) brings it back/ },
      { message: /poll\.interval\.ms is "500", declared "50"/, commands: /, (pulumi up) repairs it/ },
      { message: /there is no container \S+-guard/, commands: /^make up \((pulumi up)\) makes it again/ },
    ],
  ],
  [
    "connectors at rest, one of somebody's that waits, a container frozen and one stopped",
    async () => {
      await worker.pause(connector);
      await worker.stop(sink);
      await dockerLines("pause", container("opensearch"));
      await dockerLines("stop", container("guard"));
      await worker.create(byHand, tutorialConnector("schemahistory.tutorial"), "running");
    },
    [
      { message: /shard0-connector is PAUSED, and declared running/, commands: /^(cdc resume shard0)/ },
      { message: /read-side-sink is STOPPED, and declared running/, commands: /^(cdc resume read-side-sink)$/ },
      { message: /container \S+-opensearch is paused/, commands: /^(docker unpause \S+)$/ },
      {
        message: /by-hand .* is not in the plan; it says RUNNING, but waits for a topic that is not there/,
        commands: /or take it away: (curl -X DELETE \S+)$/,
      },
      { message: /container \S+-guard is exited/, commands: /^(make up) starts it again/ },
    ],
  ],
  [
    "a data topic deleted, another one changed",
    async () => {
      await kafkaTopics(checkout, "--delete", "--topic", "shard0.products.stock");
      await dockerLines(
        "exec",
        container("kafka"),
        "/opt/kafka/bin/kafka-configs.sh",
        ..."--bootstrap-server kafka:29092".split(" "),
        ..."--alter --topic shard0.cdc.heartbeat --add-config retention.ms=1800000".split(" "),
      );
    },
    [
      { message: /shard0\.products\.stock is missing/, commands: /^(pulumi up --refresh) makes it again/ },
      { message: /shard0\.cdc\.heartbeat: .*retention/, commands: /^(pulumi up --refresh) brings it back/ },
    ],
  ],
  [
    "the schema history deleted",
    async () => await kafkaTopics(checkout, "--delete", "--topic", "schemahistory.shard0"),
    [
      {
        message: /schemahistory\.shard0 is missing/,
        commands: /^(pulumi up --refresh) makes it again, empty: then (cdc offsets reset shard0),/,
      },
    ],
  ],
  ...["connect-configs", "connect-status", "connect-offsets"].map((topic): Row => [
    `the worker's ${topic} deleted`,
    async () => await kafkaTopics(checkout, "--delete", "--topic", topic),
    [
      {
        message: new RegExp(`${topic} is missing`),
        commands: /^(docker stop \S+), then (pulumi up) \(the worker makes its own topics as it starts\)/,
      },
    ],
  ]),
  [
    "an index deleted",
    async () => {
      const [index = ""] = Object.keys(
        (await (await fetch(`${engine}/_alias/products-products`)).json()) as Record<string, unknown>,
      );
      await fetch(`${engine}/${index}`, { method: "DELETE" });
    },
    [
      {
        message: /no index products-products/,
        commands: /^(pulumi up) makes it again, and the sink fills it from its topics$/,
      },
    ],
  ],
];

test.each(rows)("%s", async (_what, cause, told) => {
  await cause();
  const find = ({ problems }: Status, { message }: Told) => problems.find((problem) => message.test(problem.message));
  const seen = await untilStatus(checkout, (status) => told.every((one) => find(status, one) !== undefined));
  const commands = told.flatMap((one) => commandsIn(find(seen, one)?.remedy ?? "", one.commands));
  // What two problems have in common is done once.
  for (const command of new Set(commands)) await obey(command);
  await untilHealthy(checkout);
  await agrees();
});

const accounts: readonly (readonly [what: string, statement: string, commands: RegExp])[] = [
  ["locked", "ALTER USER debezium@'%' ACCOUNT LOCK", /^let the account in again: (ALTER USER .* ACCOUNT UNLOCK)$/],
  ["dropped", "DROP USER debezium@'%'", /^(pulumi up --refresh) makes the account again/],
  ["without a privilege", "REVOKE FLUSH_TABLES ON *.* FROM debezium@'%'", /^(pulumi up), or on the server: /],
];

test.each(accounts)("the CDC account %s", async (_what, statement, commands) => {
  await sql(statement);
  const { stdout } = await cdc(checkout, "doctor", "--json");
  const { firstBroken } = JSON.parse(stdout) as { firstBroken: DoctorResult | null };
  expect(firstBroken).toMatchObject({ id: "shard0:login" });
  for (const command of commandsIn(firstBroken?.remedy ?? "", commands)) await obey(command);
  await untilHealthy(checkout);
  // The guard, whom doctor asks, sees it at its next check.
  await expect.poll(async () => (await cdc(checkout, "doctor", "--shard", "shard0")).code, patient).toBe(0);
});
