/** `cdc tail`: change events as readable lines, as they come. */
import { InvalidArgumentError, type Command } from "commander";
import { globalsOf, openStack } from "../context.ts";
import type { TailOptions } from "../tail/run.ts";

export function register(program: Command): void {
  program
    .command("tail")
    .summary("read change events as they come, one line each")
    .description(
      "Follows the topics of all captured tables (or of one), from now on, and shows each event on a line: time of the commit " +
        "(UTC), shard, what happened, table, key, and the columns that changed, before → after. Decimals, times, bits and bytes " +
        "are decoded. Ctrl-C ends it.",
    )
    .option("-t, --table <table>", "only this table: DATABASE.TABLE, or TABLE where that is enough")
    .option("--shard <shard>", "only this shard")
    .option("--from-beginning", "from the first event that is still kept, then on")
    .option("-n, --count <events>", "end after so many", positive)
    .option("-a, --all", "heartbeats, probes, signals, notifications and schema changes too")
    .addHelpText("after", helpText)
    .action(async (options: TailOptions, command: Command) => {
      const globals = globalsOf(command);
      const stack = await openStack(globals);
      const shards = options.shard === undefined ? stack.plan.shards : [stack.shard(options.shard)];
      // The client of Kafka takes a while to load; `--help` need not wait for it.
      const { tail } = await import("../tail/run.ts");
      await tail(stack.plan, shards, options, globals);
    });
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("a whole number from 1 on is allowed.");
  return Number(text);
}

const helpText = `
What a line says:
  insert, update, delete   a change that was committed; for an update the changed columns, before → after
  snapshot                 a row as a snapshot read it
  tombstone                follows a delete, so that a compacted topic forgets the key
  truncate, ddl, row       a truncated table, a schema change (--all), an event without its envelope
  Text is in quotes unless it is one plain word, and cut after 80 characters; --json has all of it, and where the event lies.
  Events of one row come in their order; between shards, and between partitions of a topic, there is none.

Examples:
  cdc tail                                    every change, from now on
  cdc tail --table stock --shard shard0
  cdc tail --from-beginning -n 10
  cdc tail --json | jq 'select(.op == "d")'`;
