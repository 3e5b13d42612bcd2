/** Mends what a killed update was just creating: it may be there, but the state does not know it. */
import { readFile } from "node:fs/promises";
import { run } from "../lib/run.ts";
import { rootPasswordFile } from "../plan/constants.ts";
import type { PipelinePlan } from "../plan/types.ts";
import type { Log } from "./log.ts";
import { root } from "./places.ts";
import { probe } from "./probe.ts";
import { existsLocally, stateFile, type Stack } from "./stack.ts";

/** An operation that was begun and not finished, as the state has it. */
export interface PendingOperation {
  type: string;
  resource: { type: string; parent?: string; inputs?: Record<string, unknown> };
}

interface Deployment {
  pending_operations?: PendingOperation[];
}

/** Something that may be half made, and where. */
export type HalfMade =
  | { readonly kind: "container" | "volume" | "network" | "topic"; readonly name: string }
  | { readonly kind: "database" | "user"; readonly name: string; readonly shard: string };

/** What was being created, of those kinds whose second creation would meet a name that is taken. */
export function halfMade(pending: readonly PendingOperation[]): HalfMade[] {
  return pending.flatMap(({ type, resource }): HalfMade[] => {
    if (type !== "creating") return [];
    const { inputs = {}, parent = "" } = resource;
    const kind = /^(?:docker|kafka|mysql):index\/(container|volume|network|topic|database|user):/.exec(
      resource.type,
    )?.[1];
    const name = kind === "user" ? inputs["user"] : inputs["name"];
    if (kind === undefined || typeof name !== "string") return [];
    const shard = parent.split("::").at(-1) ?? "";
    return [{ kind, name, shard } as HalfMade];
  });
}

/**
 * Removes what a killed update was just creating and strikes those creations from the state, so that the next one
 * creates them anew instead of meeting a name that is taken.
 */
export async function mendPending(log: Log, stack: Stack, plan: PipelinePlan): Promise<void> {
  // A look at the file spares the CLI's start where there is nothing to mend.
  if (!existsLocally(stack.name)) return;
  const state = JSON.parse(await readFile(stateFile(stack.name), "utf8")) as { checkpoint?: { latest?: Deployment } };
  const pending = state.checkpoint?.latest?.pending_operations ?? [];
  if (!pending.some(({ type }) => type === "creating")) return;

  const things = halfMade(pending);
  // What is inside a container first, then containers, then what they hold.
  const order = ["topic", "database", "user", "container", "network", "volume"];
  for (const thing of things.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)))
    await remove(thing, plan);

  const { stdout } = await run("pulumi", ["stack", "export", "--stack", stack.name], { env: stack.env, cwd: root });
  const exported = JSON.parse(stdout) as { deployment: Deployment };
  exported.deployment.pending_operations = (exported.deployment.pending_operations ?? []).filter(
    ({ type }) => type !== "creating",
  );
  await run("pulumi", ["stack", "import", "--stack", stack.name], {
    env: stack.env,
    cwd: root,
    input: JSON.stringify(exported),
  });
  log(
    `stack: an update was killed while creating ${pending.length} resource${pending.length === 1 ? "" : "s"}; they are created anew`,
  );
}

async function remove(thing: HalfMade, plan: PipelinePlan): Promise<void> {
  switch (thing.kind) {
    case "topic":
      return await removeTopic(thing.name, plan);
    case "database":
    case "user":
      return await removeFromServer(
        thing.kind,
        thing.name,
        plan.shards.find(({ name }) => name === thing.shard)?.container,
      );
    default:
      return await removeFromEngine(thing.kind, thing.name, plan.stack);
  }
}

/** How each kind is removed; containers with the volumes that have no name of their own. */
const removal = { container: ["--force", "--volumes"], volume: ["--force"], network: [] } as const;

async function removeFromEngine(kind: keyof typeof removal, name: string, label: string): Promise<void> {
  const all = kind === "container" ? ["--all"] : [];
  const filters = ["--filter", `name=^/?${name}$`, "--filter", `label=cdc.stack=${label}`];
  const found = await probe("docker", [kind, "ls", ...all, "--quiet", ...filters]);
  if (found.stdout !== "") await run("docker", [kind, "rm", ...removal[kind], name]);
}

/** Only an empty one: with records in it, it is not what was just being made. A broker that is not up has nothing to say. */
async function removeTopic(name: string, plan: PipelinePlan): Promise<void> {
  const broker = plan.kafka.brokers[0];
  if (broker === undefined) return;
  const kafka = (tool: string, ...args: string[]) =>
    probe("docker", [
      "exec",
      broker.container,
      `/opt/kafka/bin/${tool}.sh`,
      "--bootstrap-server",
      plan.kafka.internalBootstrap,
      "--topic",
      name,
      ...args,
    ]);
  const offsets = await kafka("kafka-get-offsets");
  const isEmpty =
    offsets.ok && offsets.stdout !== "" && offsets.stdout.split("\n").every((line) => line.endsWith(":0"));
  if (isEmpty) await kafka("kafka-topics", "--delete", "--if-exists");
}

/** A database only when it holds no table yet. A server that is not up has nothing to say. */
async function removeFromServer(kind: "database" | "user", name: string, container: string | undefined): Promise<void> {
  if (container === undefined) return;
  const client = `MYSQL_PWD="$(cat ${rootPasswordFile})" mysql -uroot --batch --skip-column-names --execute="$0"`;
  const sql = (statement: string) => probe("docker", ["exec", container, "sh", "-c", client, statement]);
  const text = `'${name.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
  if (kind === "user") await sql(`DROP USER IF EXISTS ${text}@'%'`);
  else {
    const tables = await sql(`SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ${text}`);
    if (tables.stdout === "0") await sql(`DROP DATABASE IF EXISTS \`${name.replaceAll("`", "``")}\``);
  }
}
