/** `make down`: removes the stack with all it owns, and looks on the engine whether anything is left. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { backendOfUser } from "./checkout.ts";
import { engineAnswers, ensureEngine } from "./engine.ts";
import type { Log } from "./log.ts";
import { mendLock } from "./mend-lock.ts";
import { countOwned, describeOwned, keptBy, ownedBy, removeOwned, type Owned } from "./owned.ts";
import { cdcDir, root } from "./places.ts";
import { prepareCli } from "./prepare.ts";
import { run, UserError } from "../lib/run.ts";
import { existsLocally, resourceCount, stackExists, stackLabel, type Stack } from "./stack.ts";
import { parallel, pulumi } from "./up.ts";

const noneOwned: Owned = { container: [], volume: [], network: [] };

/** Removes the stack; succeeds, saying so, when there is none. Pulumi.STACK.yaml stays. */
export async function down(log: Log, name: string): Promise<void> {
  const label = stackLabel(name);
  const local = (await backendOfUser()) === undefined;
  // Without a state there is nothing that a CLI could destroy, so none is brought.
  const stack = !local || existsLocally(name) ? { name, env: (await prepareCli(log)).env } : undefined;
  const stateful = stack !== undefined && (local || (await stackExists(stack)));
  const owned = (await engineAnswers()) ? await ownedBy(label) : noneOwned;
  if (!stateful && countOwned(owned) === 0) {
    log(`nothing to do: there is no stack ${name}`);
    return;
  }
  if (!stateful && process.env["FORCE"] !== "1") {
    throw new UserError(
      `${describeOwned(owned)} of a stack ${name} are on this engine, but this checkout has no state of it`,
      `if they are another checkout's, run \`make down\` there; to remove them all the same: make FORCE=1 down`,
    );
  }
  const before = stateful ? await destroy(log, stack, local, owned) : owned;

  const left = (await engineAnswers()) ? await ownedBy(label) : noneOwned;
  if (countOwned(left) > 0) {
    if (stateful) log(`pulumi's state did not know ${describeOwned(left)} with the label cdc.stack=${label}: removing`);
    await removeOwned(left);
    const still = await ownedBy(label);
    if (countOwned(still) > 0) {
      throw new UserError(
        `${describeOwned(still)} of stack ${name} could not be removed`,
        `see: docker ps --all --filter label=cdc.stack=${label}`,
      );
    }
  }
  const removed = countOwned(before) > 0 ? `removed ${describeOwned(before)}` : "there was nothing to remove";
  log(`stack ${name} is gone: ${removed}`);
  const kept = (await engineAnswers()) ? await keptBy(label) : [];
  if (kept.length > 0) log(`kept, as its configuration says: volume ${kept.join(", ")} (docker volume rm removes it)`);
}

/** @returns what the stack owned before. */
async function destroy(log: Log, stack: Stack, local: boolean, owned: Owned): Promise<Owned> {
  if (local) await mendLock(log, stack);
  if ((await resourceCount(stack)) === 0) {
    await removeStack(stack);
    return owned;
  }
  await ensureEngine(log);
  const before = await ownedBy(stackLabel(stack.name));
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
    if (process.env["FORCE"] !== "1") throw error;
    log("pulumi could not do it; FORCE=1 gives up its state");
    await removeStack(stack, "--force");
  }
  return before;
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
  await run("pulumi", args, { env: stack.env, cwd: root });
}
