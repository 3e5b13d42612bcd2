/** `cdc reconcile`: does the search index agree with the shards? */
import type { Command } from "commander";
import { globalsOf, openStack } from "../context.ts";
import type { ReconcileOptions } from "../reconcile/run.ts";

export function register(program: Command): void {
  program
    .command("reconcile")
    .summary("compare every shard's rows with the search index")
    .description(
      "Reads every captured row on its shard and every document in the index, both as of one moment while writes go on, and " +
        "says which rows have no document, which documents have no row, and which differ, value by value.",
    )
    .option("--table <table>", "this table only: DATABASE.TABLE, or TABLE where that is enough")
    .option("--shard <shard>", "this shard's rows only")
    .option("--repair", "send just the rows that differ once more, take out documents without a row, and compare again")
    .addHelpText("after", helpText)
    .action(async (options: ReconcileOptions, command: Command) => {
      const globals = globalsOf(command);
      const stack = await openStack(globals, "changes");
      // Clients of MySQL, Kafka and the engine take a while to load; `--help` need not wait for them.
      const { reconcile } = await import("../reconcile/run.ts");
      await reconcile(stack, options, globals);
    });
}

const helpText = `
First the numbers of rows and documents, then checksums by ranges of the key, and where these differ the keys. What seems to
differ is looked at again after the sink has passed that moment, so a change under way is no difference; a row that changes
all the time is reported as such. The databases are read in a snapshot of their own and are not locked.

Examples:
  cdc reconcile
  cdc reconcile --table stock --shard shard1
  cdc reconcile --repair

Exit code 1 when anything differs.`;
