/** What data `make down` is going to remove, said before it does. */
import { bytes } from "../../lib/words.ts";
import { keptLabel } from "../../lib/constants.ts";
import { volumeSizes } from "../../clients/docker/volume.ts";
import type { Thing } from "../../clients/docker/things.ts";
import { sqlIn } from "./server.ts";
import type { VolumeDecision } from "./owned.ts";

/** A table of a shard. */
export interface TableData {
  readonly database: string;
  readonly table: string;
  /** What it takes on disk, in bytes, as the server estimates it. */
  readonly bytes: number;
  readonly rows: number;
  /** Whether the rows were counted; otherwise they are the server's estimate. */
  readonly counted: boolean;
}

/** What a shard's volume holds. */
export interface ShardData {
  readonly shard: string;
  readonly volume: string;
  /** Undefined when its server does not answer. */
  readonly tables: readonly TableData[] | undefined;
  /** Size of the volume in bytes, where there are no tables to tell; undefined when the engine cannot say it in time. */
  readonly bytes: number | undefined;
}

const limitMs = 10_000;

/** Looks into every shard's volume that goes; what does not answer is unknown, and said so. */
export async function dataOf(decisions: readonly VolumeDecision[], own: readonly Thing[]): Promise<ShardData[]> {
  const volumes = decisions.flatMap(({ goes, volume }) => (goes && volume.shard !== undefined ? [volume] : []));
  const found = await Promise.all(volumes.map(async (volume) => await shardData(volume, own)));
  if (found.every(({ tables }) => tables !== undefined)) return found;
  const sizes = await volumeSizes(limitMs);
  return found.map((one) => (one.tables === undefined ? { ...one, bytes: sizes.get(one.volume) } : one));
}

async function shardData(volume: Thing, own: readonly Thing[]): Promise<ShardData> {
  const container = own.find(({ kind, name }) => kind === "container" && `${name}-data` === volume.name);
  const tables = container === undefined ? undefined : await tablesIn(container.name);
  return { shard: volume.shard ?? "", volume: volume.name, tables, bytes: undefined };
}

const list =
  "SET SESSION information_schema_stats_expiry = 0; SELECT table_schema, table_name, COALESCE(data_length + index_length, 0), " +
  "COALESCE(table_rows, 0) FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN " +
  "('cdc', 'information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY table_schema, table_name";

async function tablesIn(container: string): Promise<TableData[] | undefined> {
  const answer = await sqlIn(container, list, limitMs);
  if (!answer.ok) return undefined;
  const estimated = answer.stdout.split("\n").flatMap((line) => {
    const [database, table, size, rows] = line.split("\t");
    if (database === undefined || table === undefined) return [];
    return [{ database, table, bytes: Number(size), rows: Number(rows), counted: false }];
  });
  // Statements on their own, so that one that takes too long hides no other.
  const name = (text: string) => `\`${text.replaceAll("`", "``")}\``;
  const counts = estimated.map(
    ({ database, table }, index) =>
      `SELECT /*+ MAX_EXECUTION_TIME(1000) */ ${index}, COUNT(*) FROM ${name(database)}.${name(table)};`,
  );
  const counted = await sqlIn(container, counts.join("\n"), limitMs);
  const rows = new Map(counted.stdout.split("\n").map((line) => line.split("\t").map(Number) as [number, number]));
  return estimated.map((one, index) => {
    const exact = rows.get(index);
    return exact === undefined || Number.isNaN(exact) ? one : { ...one, rows: exact, counted: true };
  });
}

/** The lines that say what goes and what stays; none for a stack without data. */
export function describeGoing(
  decisions: readonly VolumeDecision[],
  shards: readonly ShardData[],
  kept: readonly Thing[],
): string[] {
  const further = decisions.flatMap(({ goes, volume }) =>
    goes && volume.shard === undefined && volume.name.endsWith("-data") ? [volume.name] : [],
  );
  const going = [
    ...shards.map((one) => `  goes:  ${describeShard(one)}`),
    ...(further.length === 0
      ? []
      : [
          `  goes:  what follows from the shards, topics with their offsets and the index: volume ${further.join(", ")}`,
        ]),
  ];
  const staying = [
    ...decisions.flatMap(({ goes, volume, because }) =>
      goes
        ? []
        : [`  stays: volume ${volume.name} (${because}); to remove it for good: docker volume rm ${volume.name}`],
    ),
    ...kept.map(
      ({ name }) => `  stays: volume ${name} (${keptLabel}); to remove it for good: docker volume rm ${name}`,
    ),
  ];
  return [...going, ...staying];
}

function describeShard({ shard, volume, tables, bytes: size }: ShardData): string {
  if (tables === undefined)
    return `${shard}: its server does not answer, so its rows are not known; volume ${volume}, ${size === undefined ? "of unknown size" : bytes(size)}`;
  if (tables.length === 0) return `${shard}: no tables but the pipeline's own (volume ${volume})`;
  const databases = Map.groupBy(tables, ({ database }) => database);
  const parts = [...databases].map(([database, within]) => {
    const rows = within.reduce((sum, one) => sum + one.rows, 0);
    const about = within.every(({ counted }) => counted) ? "" : "about ";
    const count = `${within.length} table${within.length === 1 ? "" : "s"}`;
    return `${database} (${count}, ${about}${rows} row${rows === 1 ? "" : "s"}, ${bytes(within.reduce((sum, one) => sum + one.bytes, 0))})`;
  });
  return `${shard}: ${parts.join(", ")}`;
}
