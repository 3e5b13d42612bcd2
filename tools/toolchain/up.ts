/** `make up`, `make preview`, `make refresh`: what is missing is brought, then plain `pulumi` does the work. */
import { tellEnded } from "./ended.ts";
import { checkEngineSpace, engineAnswers } from "./engine.ts";
import type { Log } from "./log.ts";
import { alone, mendKilled } from "./alone.ts";
import { backendOfUser } from "./checkout.ts";
import { mendPending } from "./mend-pending.ts";
import { mendState } from "./mend-state.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { prepare } from "./prepare.ts";
import { attached } from "./probe.ts";
import { UserError } from "../../lib/run.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { ownThings } from "../../preflight/whose.ts";
import { refuse } from "./refuse.ts";
import { selectStack, stackOutputs, type Stack } from "./stack.ts";
import { localState, lookFrom } from "./state.ts";
import { planStack } from "./stack-plan.ts";
import { pipelineTable } from "./table.ts";

/** Many operations are waits, for example one for each topic; Pulumi's default is four per core. */
export const parallel = "--parallel=100";

/** Brings the stack up and shows it. */
export async function up(log: Log, name: string): Promise<void> {
  const { plan, images } = await planStack(checkoutFolder, name);
  await alone(log, name, async () => await bringUp(log, name, plan, images));
}

async function bringUp(log: Log, name: string, plan: PipelinePlan, images: string | undefined): Promise<void> {
  const stack = await ready(log, name, plan, images);
  const local = (await backendOfUser()) === undefined;
  // Of a state elsewhere the program alone knows enough to judge.
  if (local) {
    const state = await localState(name);
    const looked = await lookFrom(name, plan, state, local);
    await mendPending(log, stack, { plan, state, looked });
    if (ownThings(looked.things, looked.us).length === 0) await checkEngineSpace();
  }

  log(`pulumi: bringing up stack ${name}`);
  // A preview would ask nothing and show nothing that the update does not show too, for 1.5 s more.
  await pulumi(stack, ["up", "--yes", "--skip-preview", "--suppress-outputs", parallel], {
    remedy:
      "mend what pulumi names above, then `make up` again: it carries on where it stopped (`make down` removes everything)",
  }).catch(async (error: unknown) => {
    await tellEnded(plan.stack, log);
    throw error;
  });
  const table = pipelineTable(await stackOutputs(stack));
  log(`stack ${name} is up`);
  console.log(`\n${table}\n`);
  const other = name === "dev" ? "" : ` -s ${name}`;
  console.log("next: `. .cdc/env` makes plain pulumi and cdc work here, then");
  console.log(`  cdc tail${other}      watch changes arrive`);
  console.log(`  cdc status${other}    shards, connectors, lag, topics`);
  console.log(`  cdc --help          everything else; pulumi preview, pulumi stack output, pulumi destroy`);
  if (plan.security === "plain")
    console.log(
      "plain: who reaches its ports on this machine needs no login but MySQL's; `cdc:security: tls` wants one (docs/security.md)",
    );
}

/** Shows what `up` would change; changes nothing. */
export async function preview(log: Log, name: string): Promise<void> {
  const { plan, images } = await planStack(checkoutFolder, name);
  const stack = await alone(log, name, async () => await ready(log, name, plan, images));
  await pulumi(stack, ["preview", "--diff"], {
    remedy: "mend what pulumi names above, then run the same command again",
  });
}

/** Brings the stack's state in line with what really runs. */
export async function refresh(log: Log, name: string): Promise<void> {
  const { plan, images } = await planStack(checkoutFolder, name);
  const stack = await alone(log, name, async () => await ready(log, name, plan, images));
  await pulumi(stack, ["refresh", "--yes", "--skip-preview", "--suppress-outputs"], {
    remedy: "mend what pulumi names above, then run the same command again",
  });
}

async function ready(log: Log, name: string, plan: PipelinePlan, images: string | undefined): Promise<Stack> {
  const local = (await backendOfUser()) === undefined;
  await mendKilled(log, name, local);
  if (local) {
    await mendState(log, name);
    await refuseNameConflicts(name, plan);
  }
  const { checkout, env } = await prepare(log, images, plan);
  const stack: Stack = { name, env };
  await selectStack(stack, checkout);
  return stack;
}

/**
 * What the program refuses too, before anything is brought for its sake.
 * @throws {UserError} when the engine has what goes by the stack's names and is another's.
 */
async function refuseNameConflicts(name: string, plan: PipelinePlan): Promise<void> {
  // Without an engine there is nothing on it.
  if (!(await engineAnswers())) return;
  refuse((await lookFrom(name, plan, await localState(name), true)).problems);
}

/** Runs pulumi on our terminal; without one it asks nothing. */
export async function pulumi(stack: Stack, args: string[], failure: { remedy: string }): Promise<void> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const all = [...args, "--stack", stack.name, ...(terminal ? [] : ["--non-interactive", "--color", "never"])];
  const code = await attached("pulumi", all, { env: stack.env, cwd: checkoutFolder });
  if (code !== 0) throw new UserError(`pulumi ${args[0]} failed (exit code ${code})`, failure.remedy);
}
