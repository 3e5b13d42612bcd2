/** `make down`: says what data goes, removes the stack with all it owns, and looks on the engine whether anything is left. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, UserError } from "../../lib/run.ts";
import type { Looked } from "../../preflight/require-own.ts";
import { describeThings } from "../../preflight/name-conflicts.ts";
import type { Thing } from "../../clients/docker/things.ts";
import { makerOf, ownThings, conflictingThings, whoseIs } from "../../preflight/whose.ts";
import { alone, mendKilled } from "./alone.ts";
import { backendOfUser } from "./checkout.ts";
import { engineAnswers, ensureEngine } from "./engine.ts";
import type { Log } from "./log.ts";
import { removeStrays } from "./mend-pending.ts";
import { giveUpState, mendState } from "./mend-state.ts";
import { removeThings, decideVolumes, type VolumeDecision } from "./owned.ts";
import { cdcDir } from "./places.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { prepareCli } from "./prepare.ts";
import { refuse } from "./refuse.ts";
import { existsLocally, stackExists, type Stack } from "./stack.ts";
import { stackLabel } from "../../config/stack-name.ts";
import { fileSaysKeep } from "../../config/stack-file.ts";
import { planStack } from "./stack-plan.ts";
import { exportedState, localState, lookFrom, resourceCount, volumesIn, type Deployment } from "./state.ts";
import { parallel, pulumi } from "./up.ts";
import { dataOf, describeGoing } from "./what-goes.ts";

/** FORCE=1 gives up a state that Pulumi cannot work with; it makes nothing of another's one's own. */
const isForced = () => process.env["FORCE"] === "1";

/** Removes the stack; succeeds, saying so, when there is none. Pulumi.STACK.yaml stays. */
export async function down(log: Log, name: string): Promise<void> {
  await alone(log, name, async () => await removeAll(log, name));
}

async function removeAll(log: Log, name: string): Promise<void> {
  const local = (await backendOfUser()) === undefined;
  await mendKilled(log, name, local);
  if (local) {
    await mendState(log, name).catch(async (error: unknown) => {
      if (!isForced() || !(error instanceof UserError)) throw error;
      log(`${error.message}; FORCE=1 gives it up`);
      await giveUpState(name);
    });
  }
  // Without a state there is nothing that a CLI could destroy, so none is brought.
  const stack = !local || existsLocally(name) ? { name, env: (await prepareCli(log)).env } : undefined;
  const stateful = stack !== undefined && (local || (await stackExists(stack)));
  const state = stateful ? await stateOf(stack, local) : undefined;
  // Only for what is said to who is refused: to remove a stack its configuration need not be usable.
  const plan = (await planStack(checkoutFolder, name).catch(() => undefined))?.plan;
  if (state !== undefined && resourceCount(state) > 0) await ensureEngine(log);

  const look = async () => ((await engineAnswers()) ? await lookFrom(name, plan, state, local) : undefined);
  const before = await look();
  if (before !== undefined) refuse(before.problems.filter(({ code }) => code === "CDC-722" || code === "CDC-723"));
  const own = ownIn(before);
  const conflicting = before === undefined ? [] : conflictingThings(before.things, before.us, undefined);
  if (!stateful && own.length === 0) {
    // FORCE or not: they are not this checkout's.
    if (before !== undefined && conflicting.length > 0) refuse(before.problems);
    log(`nothing to do: there is no stack ${name}`);
    return;
  }

  const keepsData = await fileSaysKeep(checkoutFolder, name);
  const decisions = decideVolumes(own, { known: state && volumesIn(state), keepsData });
  await tell(log, name, decisions, before, own);
  // With a state elsewhere, what it does not know may be what somebody is just making.
  if (before !== undefined && local) await removeStrays(before, state);
  if (stack !== undefined && state !== undefined) await destroy(log, stack, state);
  await sweep(log, name, look, decisions);

  const gone = own.filter((one) => goes(one, decisions));
  const removed = gone.length > 0 ? `removed ${describeThings(gone)}` : "there was nothing to remove";
  log(`stack ${name} is gone: ${removed}`);
  const left = await look();
  for (const line of left === undefined ? [] : leftAlone(left)) log(line);
}

/** What the stack owns, volumes that it keeps on purpose aside. */
function ownIn(looked: Looked | undefined): Thing[] {
  return looked === undefined ? [] : ownThings(looked.things, looked.us);
}

function keptIn({ things, us }: Looked): Thing[] {
  return things.filter((thing) => thing.kept === us.stack && whoseIs(thing, us) === "own");
}

function goes(thing: Thing, decisions: readonly VolumeDecision[]): boolean {
  return decisions.every(({ volume, goes: isGoing }) => volume.id !== thing.id || isGoing);
}

async function stateOf(stack: Stack, local: boolean): Promise<Deployment> {
  return local ? ((await localState(stack.name)) ?? {}) : (await exportedState(stack)).deployment;
}

async function tell(
  log: Log,
  name: string,
  decisions: readonly VolumeDecision[],
  looked: Looked | undefined,
  own: readonly Thing[],
): Promise<void> {
  const kept = looked === undefined ? [] : keptIn(looked);
  const lines = describeGoing(decisions, await dataOf(decisions, own), kept);
  if (lines.length > 0) log([`data of stack ${name}:`, ...lines].join("\n"));
}

async function destroy(log: Log, stack: Stack, state: Deployment): Promise<void> {
  if (resourceCount(state) === 0) return await removeStack(stack);
  log(`pulumi: removing stack ${stack.name}`);
  try {
    await pulumi(
      stack,
      ["destroy", "--yes", "--skip-preview", "--suppress-outputs", parallel, "--config-file", await noConfig()],
      {
        remedy:
          "mend what pulumi names above, then `make down` again: it carries on where it stopped; " +
          "to give up pulumi's state and remove the containers all the same: make FORCE=1 down",
      },
    );
    await removeStack(stack);
  } catch (error) {
    if (!isForced()) throw error;
    log("pulumi could not do it; FORCE=1 gives up its state");
    await removeStack(stack, "--force");
  }
}

/** Removes what is left of the stack's own, but for the volumes that stay. */
async function sweep(
  log: Log,
  name: string,
  look: () => Promise<Looked | undefined>,
  decisions: readonly VolumeDecision[],
): Promise<void> {
  // What is not known from before is not removed when it holds a shard's data.
  const left = async () =>
    ownIn(await look()).filter((one) =>
      one.kind === "volume" && one.shard !== undefined
        ? decisions.some((decision) => decision.volume.id === one.id && decision.goes)
        : true,
    );
  const found = await left();
  if (found.length === 0) return;
  log(`left of stack ${name}: ${describeThings(found)}: removing`);
  await removeThings(found);
  const still = await left();
  if (still.length === 0) return;
  throw new UserError(
    `${describeThings(still)} of stack ${name} could not be removed`,
    `see: docker ps --all --filter label=cdc.stack=${stackLabel(name)}`,
  );
}

/** What goes by the stack's name and is not its own, in words. */
function leftAlone({ things, us }: Looked): string[] {
  const groups = Map.groupBy(conflictingThings(things, us, undefined), (thing) => makerOf(thing, us));
  return [...groups].map(
    ([maker, group]) => `left alone: ${describeThings(group)} with the label cdc.stack=${us.stack}, made by ${maker}`,
  );
}

/**
 * All that is needed to destroy is in the state, while Pulumi would refuse to with a configuration that cannot be used.
 * @returns the path of an empty configuration.
 */
async function noConfig(): Promise<string> {
  const file = join(cdcDir, "no-config.yaml");
  await mkdir(cdcDir, { recursive: true });
  await writeFile(file, "config: {}\n");
  return file;
}

/** Forgets the stack; its configuration file is committed and stays. */
async function removeStack(stack: Stack, ...options: string[]): Promise<void> {
  const args = ["stack", "rm", "--yes", "--preserve-config", "--stack", stack.name, "--non-interactive", ...options];
  await run("pulumi", args, { env: stack.env, cwd: checkoutFolder });
}
