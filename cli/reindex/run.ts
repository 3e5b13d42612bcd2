/** The chosen tables' indices, rebuilt one after the other. */
import { formatTable } from "../../lib/table.ts";
import { originOf, type Origin } from "../../plan/row-origin.ts";
import type { IndexPlan, ReadSidePlan } from "../../plan/types.ts";
import { engineClient } from "../../clients/opensearch/client.ts";
import { tableMapping } from "../../clients/opensearch/table-mapping.ts";
import type { GlobalOptions, OperatedStack } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { print, progress } from "../output.ts";
import { ProgressLine } from "../snapshot/line.ts";
import { Filler } from "./filler.ts";
import { rebuild, type Rebuilt } from "./rebuild.ts";

export interface ReindexOptions {
  /** Default: what holds every row of the table. */
  readonly from?: Origin;
  readonly force?: true;
  readonly acceptRejected?: true;
}

/** @throws UserError for the first table that cannot be rebuilt; those before it are, and are reported. */
export async function reindex(
  stack: OperatedStack,
  readSide: ReadSidePlan,
  indices: readonly IndexPlan[],
  options: ReindexOptions,
  globals: GlobalOptions,
): Promise<void> {
  const engine = engineClient(readSide.endpoints.fromHost);
  const done: Rebuilt[] = [];
  const line = new ProgressLine("", globals);
  let isInterrupted = false;
  const say = (text: string) => {
    line.end();
    progress(text, globals);
  };
  const interrupt = () => {
    isInterrupted = true;
    say("interrupted: what was begun is removed (once more to leave it)");
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    for (const index of indices) {
      const from = options.from ?? originOf(stack.plan, index);
      const { table, alias } = index;
      const filler = new Filler(stack, readSide, index, { from, onProgress: (text) => line.show(text) });
      const mapping = async () => await tableMapping(index, stack.cdcLogin);
      const { refreshIntervalMs } = readSide;
      done.push(
        await rebuild(
          { table, alias, from, refreshIntervalMs, engine, filler, mapping },
          {
            force: options.force ?? false,
            acceptRejected: options.acceptRejected ?? false,
            say,
            isInterrupted: () => isInterrupted,
          },
        ),
      );
    }
  } finally {
    line.end();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await engine.close();
    if (done.length > 0) print({ json: done, text: render(done) }, globals);
    // What came up after the last look before the switch was accepted by nobody.
    const isWhole = done.every(({ rejected }) => rejected.count === 0);
    if (!isWhole && options.acceptRejected !== true) process.exitCode = exitCodes.unhealthy;
  }
}

function render(done: readonly Rebuilt[]): string {
  const table = formatTable(
    ["TABLE", "INDEX", "IN PLACE OF", "FROM", "DOCUMENTS", "BEFORE", "NOT TAKEN", "TIME"],
    done.map(({ table, index, inPlaceOf, from, documents, rejected, seconds }) => [
      table,
      index,
      inPlaceOf,
      from,
      String(documents.next),
      String(documents.serving),
      String(rejected.count),
      `${seconds.toFixed(1)} s`,
    ]),
  );
  const notes = done.flatMap(({ table, rejected }) =>
    rejected.examples.map((example) => `${table}: not taken: ${example}`),
  );
  const isWhole = notes.length === 0;
  return [table, ...notes, ...(isWhole ? [] : ["what was not taken waits as dead letters: cdc dlq list"])].join("\n");
}
