/** `cdc doctor`: every link from the database to the index, and the first one that is broken. */
import type { Command } from "commander";
import { globalsOf, lookAtOwner, planOf } from "../context.ts";
import { render } from "../doctor/render.ts";
import { firstBroken, walk } from "../doctor/walk.ts";
import { exitCodes, UnreachableError } from "../exit.ts";
import { print } from "../output.ts";

export function register(program: Command): void {
  program
    .command("doctor")
    .summary("walk every link from the database to the index and name the first broken one")
    .description(
      "Looks at everything that a change passes on its way, in that order: engine, servers, broker, worker, connectors, guard, " +
        "read side, and sends probes through. Names the first link that is broken and what to do about it. Changes nothing.",
    )
    .option("--shard <shard>", "only this shard, and what it shares with the others")
    .addHelpText("after", helpText)
    .action(async (options: { shard?: string }, command: Command) => {
      const globals = globalsOf(command);
      const stack = await planOf(globals);
      const shards = options.shard === undefined ? stack.plan.shards : [stack.shard(options.shard)];
      await lookAtOwner(stack, "changes").catch((error: unknown) => {
        // An engine that does not answer is the first thing that is looked at: it is named, and nothing is sent.
        if (!(error instanceof UnreachableError)) throw error;
      });
      // Clients of MySQL and Kafka take a while to load; `--help` need not wait for them.
      const [{ checksOf }, { Facts }] = await Promise.all([
        import("../doctor/checks.ts"),
        import("../doctor/facts.ts"),
      ]);
      const results = await walk(checksOf(new Facts(stack, shards), shards));
      const first = firstBroken(results);
      print(
        { json: { healthy: first === undefined, firstBroken: first ?? null, checks: results }, text: render(results) },
        globals,
      );
      if (first !== undefined) process.exitCode = exitCodes.unhealthy;
    });
}

const helpText = `
  ✓ well, ✗ broken, – not reached because something before it is broken. Only the first ✗ has to be mended: those after it may
  be its consequences. The probe is a row in the pipeline's own table (cdc.probe).

Examples:
  cdc doctor
  cdc doctor --shard shard0
  cdc doctor --json | jq .firstBroken

Exit code 1 when something is broken.`;
