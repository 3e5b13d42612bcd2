/** `cdc topics`: what the plan declares and what the broker has. */
import type { Command } from "commander";
import { globalsOf, openStack } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { print } from "../output.ts";
import { isWrong } from "../topics/compare.ts";
import { lookAtTopics } from "../topics/observe.ts";
import { renderTopics } from "../topics/render.ts";

export function register(program: Command): void {
  program
    .command("topics")
    .summary("the topics, declared and found")
    .description(
      "Lists the stack's topics with partitions, replicas, policy, records and size on disk, and marks those that are " +
        "missing, that differ from their declaration, or that nobody declared. Exit code 1 when one is missing or differs.",
    )
    .addHelpText(
      "after",
      `
RECORDS counts offsets from the first that is kept to the last. Connectors write in transactions, and each of these leaves
a mark that takes an offset too and that no consumer sees: a topic whose changes came one by one shows twice as many.
In a compacted topic, records that are gone still count.`,
    )
    .action(async (_options: unknown, command: Command) => {
      const globals = globalsOf(command);
      const { plan } = await openStack(globals);
      const rows = await lookAtTopics(plan);
      const json = rows.map((row) => ({ ...row, shard: row.shard ?? null, remark: row.remark ?? null }));
      print({ json, text: renderTopics(rows) }, globals);
      if (rows.some(isWrong)) process.exitCode = exitCodes.unhealthy;
    });
}
