/** Mends what a killed update was just creating: it may be there, but the state does not know it. */
import { run } from "../../lib/run.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import type { Looked } from "../../preflight/require-own.ts";
import type { Thing } from "../../clients/docker/things.ts";
import { ownThings } from "../../preflight/whose.ts";
import type { Log } from "./log.ts";
import { removeThings } from "./owned.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { attempt } from "../../clients/docker/client.ts";
import { sqlIn } from "./server.ts";
import type { Stack } from "./stack.ts";
import { containersIn, exportedState, type Deployment, type PendingOperation } from "./state.ts";

/** Something inside a container that may be half made. */
export type HalfMade =
  | { readonly kind: "topic"; readonly name: string }
  | { readonly kind: "user"; readonly name: string; readonly shard: string };

/**
 * What was being created, of those kinds whose second creation would meet a name that is taken. A volume or a network of our
 * own is taken up by its second creation, a container is found by whose it is (`strayContainers`); all else is made anew, or
 * is the same when it is made twice.
 */
export function halfMade(pending: readonly PendingOperation[]): HalfMade[] {
  return pending.flatMap(({ type, resource }): HalfMade[] => {
    if (type !== "creating") return [];
    const { inputs = {}, parent = "" } = resource;
    const kind = /^(?:kafka|mysql):index\/(topic|user):/.exec(resource.type)?.[1];
    const name = kind === "user" ? inputs["user"] : inputs["name"];
    if (kind === undefined || typeof name !== "string") return [];
    const shard = parent.split("::").at(-1) ?? "";
    return [{ kind, name, shard } as HalfMade];
  });
}

/** The stack's own containers that its state does not know: half made, or helpers of steps that were killed. They hold volumes. */
export function strayContainers(own: readonly Thing[], state: Deployment | undefined): Thing[] {
  const known = containersIn(state ?? {});
  return own.filter(({ kind, id }) => kind === "container" && !known.has(id));
}

/** Removes them. @returns how many. */
export async function removeStrays({ things, us }: Looked, state: Deployment | undefined): Promise<number> {
  const stray = strayContainers(ownThings(things, us), state);
  await removeThings(stray);
  return stray.length;
}

/**
 * Removes what a killed update was just creating and strikes those creations from the state, so that the next one
 * creates them anew instead of meeting a name that is taken. Nothing but the stack's own is touched.
 */
export async function mendPending(
  log: Log,
  stack: Stack,
  { plan, state, looked }: { plan: PipelinePlan; state: Deployment | undefined; looked: Looked },
): Promise<void> {
  const creating = (state?.pending_operations ?? []).filter(({ type }) => type === "creating");
  const own = new Set(
    ownThings(looked.things, looked.us).flatMap(({ kind, name }) => (kind === "container" ? [name] : [])),
  );
  // What is inside a container first.
  for (const thing of halfMade(creating)) await remove(thing, plan, own);
  const strays = await removeStrays(looked, state);
  if (strays > 0)
    log(`stack: removed ${strays} container${strays === 1 ? "" : "s"} of ours that the state does not know`);
  if (creating.length === 0) return;

  const exported = await exportedState(stack);
  exported.deployment.pending_operations = (exported.deployment.pending_operations ?? []).filter(
    ({ type }) => type !== "creating",
  );
  await run("pulumi", ["stack", "import", "--stack", stack.name], {
    env: stack.env,
    cwd: checkoutFolder,
    input: JSON.stringify(exported),
  });
  log(
    `stack: an update was killed while creating ${creating.length} resource${creating.length === 1 ? "" : "s"}; they are created anew`,
  );
}

/** @param own names of the stack's own containers: nobody else's is asked. */
async function remove(thing: HalfMade, plan: PipelinePlan, own: ReadonlySet<string>): Promise<void> {
  if (thing.kind === "topic") {
    const broker = plan.kafka.brokers.find(({ container }) => own.has(container))?.container;
    if (broker !== undefined) await removeTopic(thing.name, broker, plan.kafka.endpoints.inNetwork.bootstrap);
    return;
  }
  const container = plan.shards.find(({ key }) => key === thing.shard)?.server?.container;
  if (container !== undefined && own.has(container)) await removeUser(thing.name, container);
}

/** Only an empty one: with records in it, it is not what was just being made. A broker that is not up has nothing to say. */
async function removeTopic(name: string, broker: string, bootstrap: string): Promise<void> {
  const kafka = async (tool: string, ...args: string[]) =>
    await attempt([
      "exec",
      broker,
      `/opt/kafka/bin/${tool}.sh`,
      "--bootstrap-server",
      bootstrap,
      "--topic",
      name,
      ...args,
    ]);
  const offsets = await kafka("kafka-get-offsets");
  const isEmpty =
    offsets.ok && offsets.stdout !== "" && offsets.stdout.split("\n").every((line) => line.endsWith(":0"));
  if (isEmpty) await kafka("kafka-topics", "--delete", "--if-exists");
}

/** A server that is not up has nothing to say. */
async function removeUser(name: string, container: string): Promise<void> {
  await sqlIn(container, `DROP USER IF EXISTS '${name.replaceAll(/['\\]/g, String.raw`\$&`)}'@'%'`);
}
