/** `cdc reconcile`: every shard's rows against the index, and if asked for the repair of what differs. */
import type { PipelinePlan, ReadSidePlan } from "../../plan/types.ts";
import { engineClient } from "../../clients/opensearch/client.ts";
import type { GlobalOptions, OperatedStack } from "../context.ts";
import { exitCodes, UsageError } from "../exit.ts";
import { print, progress } from "../output.ts";
import { ProgressLine } from "../snapshot/line.ts";
import { findTable } from "../tables.ts";
import { compareAll, type Target, type Work } from "./comparison.ts";
import type { Difference } from "./recheck.ts";
import { deleteDocuments, reemitRows } from "./repair.ts";
import { messageOf } from "../../lib/run.ts";
import { reconciliationsIn, tellReconciliations } from "./tell.ts";
import { differencesIn, isWell, outputOf, type Report } from "./report.ts";

export interface ReconcileOptions {
  readonly table?: string;
  readonly shard?: string;
  readonly repair?: true;
}

/** The engine may be busy with what the sink writes. */
const engineLimitMs = 60_000;

/**
 * Compares, prints what was found, and sets the exit code when anything differs; with `repair` mends it and compares again.
 * @throws UserError when a part does not run, UsageError for an unknown table or shard, or a stack without a read side.
 */
export async function reconcile(
  stack: OperatedStack,
  options: ReconcileOptions,
  globals: GlobalOptions,
): Promise<void> {
  const readSide = requireReadSide(stack.plan);
  const line = new ProgressLine("", globals);
  const engine = engineClient(readSide.endpoints.fromHost, { timeoutMs: engineLimitMs });
  const targets = targetsOf(stack, readSide, options);
  const work = { stack, readSide, engine, targets, onProgress: (text: string) => line.show(text) };
  try {
    let report = await compareAll(work, options.shard === undefined);
    line.end();
    if (options.repair === true && differencesIn(report) > 0) {
      progress(`${outputOf(report).text}\n`, globals);
      const { sent, taken } = await repair(work, report);
      line.end();
      progress(`rows sent once more: ${sent}, documents taken out: ${taken}\n`, globals);
      report = await compareAll(work, options.shard === undefined);
      line.end();
    }
    print(outputOf(report), globals);
    await writeDown(stack.plan, report, options, globals);
    if (!isWell(report)) process.exitCode = exitCodes.unhealthy;
  } finally {
    line.end();
    await engine.close();
  }
}

/** For guard and `cdc events`. What was found is printed already: that it could not be written down spoils nothing. */
async function writeDown(
  plan: PipelinePlan,
  report: Report,
  { table, shard }: ReconcileOptions,
  globals: GlobalOptions,
): Promise<void> {
  const isOfAll = table === undefined && shard === undefined;
  await tellReconciliations(plan, reconciliationsIn(report, isOfAll, Date.now())).catch((error: unknown) =>
    progress(`metrics, alerts and cdc events will not know of this comparison: ${messageOf(error)}\n`, globals),
  );
}

function requireReadSide({ stack, readSide }: PipelinePlan): ReadSidePlan {
  if (readSide === undefined)
    throw new UsageError(`${stack} has no read side`, "set cdc:readSide {enabled: true}, then make up");
  if (readSide.indices.length === 0)
    throw new UsageError(
      `what ${readSide.sink.config["connector.class"] ?? "the sink"} makes of a row is not known here`,
      "only documents of the pipeline's own sink can be compared (cdc:readSide.sink without class)",
    );
  return readSide;
}

function targetsOf(stack: OperatedStack, readSide: ReadSidePlan, options: ReconcileOptions): Target[] {
  const table = options.table === undefined ? undefined : findTable(stack.plan.shards, options.table);
  const shard = options.shard === undefined ? undefined : stack.shard(options.shard).name;
  const targets = readSide.indices
    .filter((index) => table === undefined || index.table === table)
    .flatMap((index) => index.shards.map((one) => ({ index, shard: one, planned: stack.shard(one.name) })))
    .filter((target) => shard === undefined || target.shard.name === shard);
  if (targets.length === 0) throw new UsageError(`${shard} does not capture ${table}`, "leave out --shard or --table");
  return targets;
}

async function repair(
  { stack, readSide, targets, onProgress }: Work,
  { tables }: Report,
): Promise<{ sent: number; taken: number }> {
  let [sent, taken] = [0, 0];
  for (const { index, shard, planned } of targets) {
    const found = tables.find((one) => one.table === index.table && one.shard === shard.name)?.differences ?? [];
    const extra = keysOf(found.filter(({ kind }) => kind === "extra"));
    const others = keysOf(found.filter(({ kind }) => kind !== "extra"));
    onProgress(`${shard.name} ${index.table}: taking ${extra.length} documents out`);
    taken += await deleteDocuments(stack, readSide, index, shard, extra);
    await reemitRows(stack, planned, index.table, others, { onProgress });
    sent += others.length;
  }
  return { sent, taken };
}

function keysOf(differences: readonly Difference[]): (readonly string[])[] {
  return differences.flatMap(({ key }) => (key === undefined ? [] : [key]));
}
