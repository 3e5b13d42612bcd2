/** The chosen tables' indices, rebuilt one after the other. */
import { formatTable } from "../../lib/table.ts";
import type { IndexPlan, ReadSidePlan } from "../../plan/types.ts";
import { engineClient } from "../../search/client.ts";
import type { GlobalOptions, OperatedStack } from "../context.ts";
import { print, progress } from "../output.ts";
import { ProgressLine } from "../snapshot/line.ts";
import { originOf, type Origin } from "./origin.ts";
import { Rebuild, type Rebuilt } from "./rebuild.ts";

export interface ReindexOptions {
  /** Default: what holds every row of the table. */
  readonly from?: Origin;
  readonly force?: true;
}

/** @throws UserError for the first table that cannot be rebuilt; those before it are, and are told. */
export async function reindex(
  stack: OperatedStack,
  readSide: ReadSidePlan,
  indices: readonly IndexPlan[],
  options: ReindexOptions,
  globals: GlobalOptions,
): Promise<void> {
  const engine = engineClient(readSide.url);
  const done: Rebuilt[] = [];
  const line = new ProgressLine("", globals);
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
    line.end();
    progress("interrupted: what was begun is removed (once more to leave it)", globals);
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    for (const index of indices) {
      const rebuild = new Rebuild(stack, readSide, index, engine, {
        from: options.from ?? originOf(stack.plan, index),
        force: options.force ?? false,
        say: (text) => {
          line.end();
          progress(text, globals);
        },
        onProgress: (text) => line.show(text),
        isInterrupted: () => isInterrupted,
      });
      done.push(await rebuild.run());
      line.end();
    }
  } finally {
    line.end();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await engine.close();
    if (done.length > 0) print({ json: done, text: render(done) }, globals);
  }
}

function render(done: readonly Rebuilt[]): string {
  const table = formatTable(
    ["TABLE", "ALIAS", "INDEX", "BEFORE", "FROM", "DOCUMENTS", "BEFORE", "NOT TAKEN", "TIME"],
    done.map(({ table, alias, index, before, from, counts, rejected, seconds }) => [
      table,
      alias,
      index,
      before,
      from,
      String(counts.next),
      String(counts.serving),
      String(rejected.count),
      `${seconds.toFixed(1)} s`,
    ]),
  );
  const notes = done.flatMap(({ table, rejected }) =>
    rejected.examples.map((example) => `${table}: not taken: ${example}`),
  );
  return [table, ...notes].join("\n");
}
