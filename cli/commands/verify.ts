/** `cdc verify`: probes through every shard, and how long each stage of their way took. */
import { InvalidArgumentError, type Command } from "commander";
import type { PipelinePlan, ReadSidePlan } from "../../plan/types.ts";
import { globalsOf, lookAtOwner, planOf } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { print } from "../output.ts";
import { probeLimitMs, stageNamesOf, stages } from "../../flow/latency.ts";

export function register(program: Command): void {
  program
    .command("verify")
    .summary("send probe changes through every shard and time each stage")
    .description(
      "Writes a probe row to the pipeline's own table on every shard (cdc.probe, never a table of yours) and waits for its " +
        "change event on the topic, and with a read side until a search finds it in the index: all shards at once, one probe in " +
        "flight per shard.",
    )
    .option("-n, --count <probes>", "probes per shard; more than one gives percentiles", positive, 1)
    .option("--shard <shard>", "only this shard")
    .addHelpText("after", helpText())
    .action(async (options: { count: number; shard?: string }, command: Command) => {
      const globals = globalsOf(command);
      const stack = await planOf(globals);
      const shards = options.shard === undefined ? stack.plan.shards : [stack.shard(options.shard)];
      await lookAtOwner(stack, "changes");
      // Clients of MySQL and Kafka take a while to load; `--help` need not wait for them.
      const { jsonOf, probeAll, textOf } = await import("../verify/run.ts");
      const readSide = followedReadSide(stack.plan);
      const stageNames = stageNamesOf({ indexed: readSide !== undefined });
      const results = await probeAll(stack, shards, { count: options.count, readSide });
      print({ json: jsonOf(results, stageNames), text: textOf(results, options.count, stageNames) }, globals);
      if (results.some(({ error }) => error !== undefined)) process.exitCode = exitCodes.unhealthy;
    });
}

/** With another sink than ours no index is planned: there the probes end at the topic. */
function followedReadSide({ readSide }: PipelinePlan): ReadSidePlan | undefined {
  return readSide === undefined || readSide.indices.length === 0 ? undefined : readSide;
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("a whole number from 1 to 999999 is allowed.");
  return Number(text);
}

function helpText(): string {
  const lines = stageNamesOf({ indexed: true }).map((stage) => `  ${stage.padEnd(8)} ${stages[stage]}`);
  return `
Stages:
${lines.join("\n")}
  write and index only with a read side (cdc:readSide). With --count, each probe but the first is sent after a random part
  of the refresh interval, so that the figures are those of changes at any time.
  A stage whose two clocks disagree (a remote engine, a virtual machine) is shown as -; total is always right.

Examples:
  cdc verify                       one probe per shard
  cdc verify --count 100           percentiles
  cdc verify --shard shard0 --json

Exit code 1 and the stage (database, binlog, connector, task, topic, index) when a probe does not arrive within ${probeLimitMs / 1000} s.`;
}
