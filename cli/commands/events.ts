/** `cdc events`: what happened, and when. */
import type { Command } from "commander";
import { findComponent } from "../components.ts";
import { globalsOf, openStack } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { lookAtEvents } from "../events/look.ts";
import { renderEvents, timeOf } from "../events/render.ts";
import { sinceMs } from "../events/since.ts";
import { coloured, print } from "../output.ts";

export function register(program: Command): void {
  program
    .command("events")
    .argument("[component...]", "a shard (shard0), kafka, connect, guard …; all when none is named")
    .summary("what happened, and when")
    .description(
      "Tells in the order of time what happened to the stack: operations of pulumi, starts of containers, what the guard saw and " +
        "did, snapshots. Exit code 3 when a part of that could not be read.",
    )
    .option("--since <time>", "only from then on: 10m, 2h, 3d, or 2026-11-21T10:00:00Z", "24h")
    .addHelpText(
      "after",
      `
Operations of pulumi and snapshots are kept for as long as the stack; the guard's words for as long as its container, over
all its restarts; of each container the last start.

Examples:
  cdc events
  cdc events shard0 --since 3d`,
    )
    .action(async (names: string[], options: { since: string }, command: Command) => {
      const globals = globalsOf(command);
      const since = sinceMs(options.since, Date.now());
      const { plan } = await openStack(globals);
      const asked = new Set(names.flatMap((name) => findComponent(plan, name).names));
      // A shard's connector is the shard's matter.
      for (const { name, connector } of plan.shards) if (asked.has(name)) asked.add(connector.name);
      const { happened, unknown } = await lookAtEvents(globals.stack, plan, since);
      const shown = happened.filter(({ who }) => names.length === 0 || asked.has(who));
      const events = shown.map(({ timeMs, who, level, text }) => ({ time: timeOf(timeMs), who, level, what: text }));
      print({ json: { since: timeOf(since), events, unknown }, text: renderEvents(shown) }, globals);
      if (unknown.length === 0) return;
      process.exitCode = exitCodes.unreachable;
      if (globals.json) return;
      for (const { source, why } of unknown)
        console.error(`${coloured("yellow", "warning:", process.stderr)} unknown: ${source}: ${why}`);
    });
}
