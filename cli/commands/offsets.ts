/** `cdc offsets`: where connectors are in the binlog, and beginning anew. */
import type { Command } from "commander";
import { formatTable } from "../../lib/table.ts";
import { UserError } from "../../lib/run.ts";
import { globalsOf, openStack } from "../context.ts";
import { confirmed } from "../confirm.ts";
import { UsageError } from "../exit.ts";
import { historyTopicOf, placeOf, readPlace, resetShard, whatFollows } from "../offsets.ts";
import { print, progress } from "../output.ts";

interface ResetOptions {
  readonly keepHistory?: true;
  readonly yes?: true;
}

export function register(program: Command): void {
  const offsets = program
    .command("offsets")
    .summary("show or forget where connectors are in the binlog")
    .description("Shows where connectors are in the binlog of their shard, or makes one begin anew.")
    .helpCommand(false);
  registerShow(offsets);
  registerReset(offsets);
}

function registerShow(offsets: Command): void {
  offsets
    .command("show")
    .argument("[shard]", "default: all")
    .summary("where connectors are in the binlog")
    .description("Shows the place in the binlog from which each connector would go on, as Kafka Connect has stored it.")
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const globals = globalsOf(command);
      const { plan, worker, shard } = await openStack(globals);
      const shards = name === undefined ? plan.shards : [shard(name)];
      const found = await Promise.all(
        shards.map(async (one) => ({
          shard: one.name,
          connector: one.connector.name,
          offsets: await worker.getOffsets(one.connector.name),
        })),
      );
      const rows = found.map((one) => {
        const place = placeOf(one.offsets);
        if (place === undefined) return [one.shard, one.offsets === undefined ? "(no connector)" : "(none stored)"];
        const { file, position, gtids, committedAt, snapshot } = place;
        return [one.shard, file, position, committedAt ?? "-", snapshot ?? "-", gtids ?? "-"];
      });
      const header = ["SHARD", "FILE", "POSITION", "LAST EVENT", "SNAPSHOT", "GTIDS"];
      const json = found.map((one) => ({ ...one, offsets: one.offsets ?? null }));
      print({ json, text: formatTable(header, rows) }, globals);
    });
}

function registerReset(offsets: Command): void {
  offsets
    .command("reset")
    .argument("<shard>")
    .option("--keep-history", "leave the records of the schema history topic")
    .option("-y, --yes", "do not ask")
    .summary("begin anew, with a snapshot")
    .description(
      "Makes a shard's connector begin anew: stops it, forgets its offsets, empties its schema history topic, and brings it " +
        "back into the state it was in. Topics keep what they have; the rows of a new snapshot (op r) come after it.",
    )
    .addHelpText("after", "\nExamples:\n  cdc offsets reset shard0\n  cdc offsets reset shard0 --yes")
    .action(async (name: string, options: ResetOptions, command: Command) => {
      const globals = globalsOf(command);
      const stack = await openStack(globals);
      const shard = stack.shard(name);
      const before = await readPlace(stack.worker, shard);
      const next = whatFollows(shard);
      if (options.yes !== true) {
        const question =
          `${shard.name}: forget the offset of ${shard.connector.name} (${before})` +
          `${options.keepHistory === true ? "" : ` and the records of ${historyTopicOf(shard)}`}? ${next}.`;
        const answer = await confirmed(question);
        if (answer === undefined) throw new UsageError("nobody can be asked here", "give --yes to mean it");
        if (!answer) throw new UserError("nothing was done", "answer y to mean it");
      }
      const done = await resetShard(stack, shard, {
        keepHistory: options.keepHistory ?? false,
        onStep: (step) => progress(`${shard.name}: ${step}`, globals),
      });
      print({ json: { ...done, next }, text: `${shard.name}: ${done.state} again; ${next}` }, globals);
    });
}
