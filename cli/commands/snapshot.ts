/** `cdc snapshot`: a captured table read anew while changes go on (Debezium's incremental snapshot). */
import type { Command } from "commander";
import { globalsOf, lookAtOwner, planOf } from "../context.ts";
import type { SnapshotOptions } from "../snapshot/run.ts";
import { findTable } from "../tables.ts";

export function register(program: Command): void {
  program
    .command("snapshot")
    .summary("read a captured table anew, while changes go on")
    .description(
      "Has the shard's connector read a captured table again, in chunks along its primary key, while it goes on capturing " +
        "changes; every row arrives on the table's topic as a snapshot event. The connector need not stop, and the table is not locked.",
    )
    .argument("<shard>", "name of the shard, of its connector or container")
    .argument("<table>", "DATABASE.TABLE, or TABLE where that is enough")
    .option("--where <condition>", 'only rows that satisfy an SQL condition, for example "price > 100"')
    .option("--no-wait", "ask for it and do not follow it")
    .option("--stop", "end the running snapshot of the table; rows that were read stay on the topic")
    .addHelpText("after", helpText)
    .action(async (shardName: string, tableName: string, options: SnapshotOptions, command: Command) => {
      const globals = globalsOf(command);
      const stack = await planOf(globals);
      const shard = stack.shard(shardName);
      const table = findTable([shard], tableName);
      await lookAtOwner(stack, "changes");
      // Clients of MySQL and Kafka take a while to load; `--help` need not wait for them.
      const { snapshot } = await import("../snapshot/run.ts");
      await snapshot(stack, shard, table, options, globals);
    });
}

const helpText = `
Progress is what the connector tells on its notification topic after each chunk: rows read, part of the key range (where the
key's first column is a number), rows per second, time. On a terminal one line is redrawn, elsewhere there is one every 2 s.
Ctrl-C stops following; the snapshot goes on.

A row that changes while its chunk is read is not sent twice in the wrong order: the change wins.

Examples:
  cdc snapshot shard0 stock
  cdc snapshot shard0 products.products --where "price > 100"
  cdc snapshot shard0 stock --stop

Exit code 1 when not every row was read, 2 for a table that is not captured.`;
