/** Every shard's rows against the index: both sides as of one moment, then what seems to differ once more. */
import type { Client } from "@opensearch-project/opensearch";
import { UserError } from "../../lib/run.ts";
import type { IndexedShard, IndexPlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import type { OperatedStack } from "../context.ts";
import { compareTable, type Comparison } from "./compare.ts";
import { passCut } from "./cut.ts";
import { documentsByIds, IndexView } from "./documents.ts";
import { recheck } from "./recheck.ts";
import type { Report, OrphanReport, UncomparedReport } from "./report.ts";
import { ShardRows } from "./rows.ts";
import { readTable, type TableSpec } from "./table.ts";
import { writtenBy } from "./writing.ts";

/** A shard's table and its index. */
export interface Target {
  readonly index: IndexPlan;
  readonly shard: IndexedShard;
  readonly planned: ShardPlan;
}

export interface Work {
  readonly stack: OperatedStack;
  readonly readSide: ReadSidePlan;
  readonly engine: Client;
  readonly targets: readonly Target[];
  /** Called with what is being done. */
  readonly onProgress: (text: string) => void;
}

/**
 * @param withOrphans whether documents of none of the stack's shards are looked for too.
 * @throws UserError when a part does not run or cannot be reached.
 */
export async function compareAll(work: Work, withOrphans: boolean): Promise<Report> {
  const { compared, uncompared, orphans } = await compareAtCut(work, withOrphans);
  const connections = await openShards(work);
  try {
    const rechecked = await recheck(
      compared.map(({ target, spec, comparison }) => ({
        spec,
        rows: shardOf(connections, target),
        documents: async (ids) => await documentsByIds(work.engine, target.index.alias, ids),
        suspects: comparison.suspects,
      })),
      async () => await untilPassed(work),
    );
    const tables = compared.map(({ target, spec, comparison }, at) => ({
      table: spec.table,
      shard: target.shard.name,
      rows: comparison.rows,
      documents: comparison.documents,
      differences: rechecked[at]?.differences ?? [],
      changing: rechecked[at]?.changing ?? [],
      changedMeanwhile:
        comparison.suspects.size - (rechecked[at]?.differences.length ?? 0) - (rechecked[at]?.changing.length ?? 0),
      further: comparison.furtherSuspects,
      notCompared: spec.notCompared,
      notCarried: comparison.notCarried,
      sixDigits: comparison.sixDigits,
    }));
    return { tables, uncompared, orphans };
  } finally {
    for (const rows of connections.values()) rows.close();
  }
}

interface Compared {
  readonly target: Target;
  readonly spec: TableSpec;
  readonly comparison: Comparison;
}

/** Both sides as they were at one moment: a snapshot on every shard, and the index once it has all that is in them. */
async function compareAtCut(
  work: Work,
  withOrphans: boolean,
): Promise<{ compared: Compared[]; uncompared: UncomparedReport[]; orphans: OrphanReport[] }> {
  const { stack, readSide, engine, targets, onProgress } = work;
  const connections = await openShards(work);
  const views = new Map<IndexPlan, IndexView>();
  try {
    await Promise.all([...connections.values()].map(async (rows) => await rows.beginSnapshot()));
    await untilPassed(work);
    const missing = new Map<IndexPlan, unknown>();
    for (const { index } of targets) {
      if (views.has(index) || missing.has(index)) continue;
      // All indices are held before the first table is read; one that is not there is reported with its table.
      await IndexView.open(engine, index.alias).then(
        (view) => views.set(index, view),
        (error: unknown) => missing.set(index, error),
      );
    }
    const compared: Compared[] = [];
    const uncompared: UncomparedReport[] = [];
    for (const target of targets) {
      const { index, shard, planned } = target;
      const [rows, documents] = [shardOf(connections, target), views.get(index)];
      try {
        if (documents === undefined) throw missing.get(index);
        const spec = await readTable(rows.connection, index.table, shard, writtenBy(stack.plan, readSide, planned));
        const show = (read: number) =>
          onProgress(`${shard.name} ${index.table}: ${read.toLocaleString("en-US")} rows compared`);
        const comparison = await compareTable({ rows, documents, spec, shard: shard.id }, show);
        compared.push({ target, spec, comparison });
      } catch (error) {
        uncompared.push({ table: index.table, shard: shard.name, ...reasonOf(error) });
      }
    }
    return { compared, uncompared, orphans: withOrphans ? await orphansIn(views) : [] };
  } finally {
    for (const rows of connections.values()) rows.close();
    await Promise.allSettled([...views.values()].map(async (view) => await view.close()));
  }
}

/** What stands in the way of one table says nothing of the others. @throws what is a defect of ours */
function reasonOf(error: unknown): { reason: string; remedy: string } {
  if (error instanceof UserError) return { reason: error.message, remedy: error.remedy };
  // MySQL's own errors and its driver's have codes.
  if (error instanceof Error && "code" in error)
    return { reason: error.message, remedy: "cdc doctor says whether the server is well; then compare again" };
  throw error;
}

async function orphansIn(views: ReadonlyMap<IndexPlan, IndexView>): Promise<OrphanReport[]> {
  const reports: OrphanReport[] = [];
  for (const [{ table, shards }, view] of views) {
    const ids = shards.map(({ id }) => id);
    const documents = await view.countOthers(ids);
    if (documents === 0) continue;
    reports.push({ table, documents, ids: (await view.someOthers(ids, 10)).map(({ id }) => id) });
  }
  return reports;
}

async function untilPassed({ stack, readSide, targets, onProgress }: Work): Promise<void> {
  const shards = [...new Set(targets.map(({ planned }) => planned))];
  const indices = [...new Set(targets.map(({ index }) => index))];
  await passCut({ stack, readSide, shards, indices, onProgress });
}

/** A connection to every shard, by its name. */
async function openShards({ stack, targets }: Work): Promise<Map<string, ShardRows>> {
  const connections = new Map<string, ShardRows>();
  try {
    for (const { shard } of targets) {
      if (connections.has(shard.name)) continue;
      connections.set(shard.name, await ShardRows.open(shard, await stack.cdcLogin(shard.name)));
    }
    return connections;
  } catch (error) {
    for (const rows of connections.values()) rows.close();
    throw error;
  }
}

function shardOf(connections: ReadonlyMap<string, ShardRows>, { shard }: Target): ShardRows {
  const rows = connections.get(shard.name);
  if (rows === undefined) throw new Error(`${shard.name} was not opened`);
  return rows;
}
