/** `cdc reindex`: an index built anew beside the serving one, and put in its place. */
import { Option, type Command } from "commander";
import { globalsOf, lookAtOwner, planOf } from "../context.ts";
import { UsageError } from "../exit.ts";
import type { ReindexOptions } from "../reindex/run.ts";

export function register(program: Command): void {
  program
    .command("reindex")
    .summary("build an index anew beside the serving one, then switch")
    .description(
      "Builds each table's index anew, with the mapping that its columns ask for today, while the old one serves; when the new " +
        "one has caught up, the alias is switched in one request and the old one is dropped. Readers of the alias see no gap.",
    )
    .option("--table <table>", "only this table: DATABASE.TABLE, or TABLE where that is enough")
    .addOption(
      new Option("--from <origin>", "where the rows come from; default what holds all of them").choices([
        "topics",
        "snapshot",
      ]),
    )
    .option("--force", "switch even when the new index has fewer documents")
    .option("--accept-rejected", "switch even when records were not taken; they wait as dead letters then")
    .addHelpText("after", helpText)
    .action(async (options: ReindexOptions & { table?: string }, command: Command) => {
      const globals = globalsOf(command);
      const stack = await planOf(globals);
      const { findTable } = await import("../tables.ts");
      const { readSide, shards } = stack.plan;
      if (readSide === undefined || readSide.indices.length === 0)
        throw new UsageError(
          readSide === undefined ? `stack ${stack.name} has no read side` : "another sink's indices are its own affair",
          "cdc:readSide switches the read side on, with our own sink unless sink.class names another",
        );
      const table = options.table === undefined ? undefined : findTable(shards, options.table);
      const indices = readSide.indices.filter((index) => table === undefined || index.table === table);
      await lookAtOwner(stack, "changes");
      // Clients of MySQL, Kafka and the engine take a while to load; `--help` need not wait for them.
      const { reindex } = await import("../reindex/run.ts");
      await reindex(stack, readSide, indices, options, globals);
    });
}

const helpText = `
From the topics, where these keep the last change of every row (cleanup: compact); else from an incremental snapshot of the
table on every shard, which the connectors take while they go on capturing. A temporary sink connector fills the new index;
it, and what an interrupted run has left, is removed. Ctrl-C before the switch leaves the old index serving, and nothing else.

Before the switch both indices' documents are counted. From the topics, fewer than before stop it: rows may have gone from
them. From a snapshot, fewer are right: the old index had documents without rows. Whatever the new index could not take
stops the switch; --accept-rejected has it made all the same, and cdc status is not healthy until cdc dlq has seen to them.

Examples:
  cdc reindex
  cdc reindex --table products
  cdc reindex --table products.stock --from snapshot

Exit code 1 when the new index is not put in place, 2 for a table that is not captured.`;
