/** How far connectors were behind over the last minutes, for `cdc status --watch`: by the guard's memory, else by what was seen. */
import { askHttp } from "../../clients/http.ts";
import { formatTable } from "../../lib/table.ts";
import { duration } from "../../lib/words.ts";
import { isMonitored } from "../../plan/guard.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import type { Status } from "./schema.ts";
import { sparkline } from "./sparkline.ts";

/** One moment: by connector, in seconds, the age of a shard's last heartbeat, or how long a sink's oldest record has waited. */
export interface PastPoint {
  readonly atMs: number;
  readonly behind: ReadonlyMap<string, number>;
}

/** Points in their order, and who saw them. */
export interface Past {
  readonly points: readonly PastPoint[];
  readonly isGuards: boolean;
}

/** A line of a terminal has no room for more. */
const shownMs = 15 * 60_000;

/** What a watch has seen itself: as many points as fit into that time at its shortest pause. */
const pointsAtMost = shownMs / 500;

/** The scale ends there at least, in seconds, as on the operator's page: an idle shard's heartbeats come every few. */
const smallestTop = 15;

/** The guard's answer to `/api/history`, as far as it is read here. */
interface History {
  readonly times: readonly number[];
  readonly connectors: Readonly<Record<string, { readonly behind: readonly (number | null)[] }>>;
}

/** Remembers what was seen. */
export class Watch {
  readonly #seen: PastPoint[] = [];

  /** @returns what is known of the past after one more look; by the guard's memory where it serves it. */
  async after(plan: PipelinePlan, status: Status): Promise<Past> {
    this.#seen.push(pointOf(status));
    if (this.#seen.length > pointsAtMost) this.#seen.shift();
    const guards = await askGuard(plan);
    return guards === undefined || guards.length === 0
      ? { points: this.#seen, isGuards: false }
      : { points: guards, isGuards: true };
  }
}

/** What one look has seen. */
export function pointOf({ checkedAt, shards, readSide }: Status): PastPoint {
  const sources = shards.map(({ connector, heartbeatAgeMs }) => [connector, heartbeatAgeMs] as const);
  const sinks = readSide === null ? [] : [[readSide.sink.connector, readSide.sink.lagMs] as const];
  const known = [...sources, ...sinks].flatMap(([name, ms]): [string, number][] =>
    ms === null ? [] : [[name, ms / 1000]],
  );
  return { atMs: Date.parse(checkedAt), behind: new Map(known) };
}

const answerLimitMs = 2000;

/** Undefined where the guard serves nothing, or does not answer. */
async function askGuard({ guard }: PipelinePlan): Promise<PastPoint[] | undefined> {
  if (!isMonitored(guard)) return undefined;
  const signal = AbortSignal.timeout(answerLimitMs);
  try {
    const question = { method: "GET", path: "/api/history", body: undefined, signal };
    const { status, text } = await askHttp("the guard", guard.endpoints.fromHost, question);
    return status === 200 ? pointsOf(JSON.parse(text) as History) : undefined;
  } catch {
    return undefined; // what is wrong with it, the status says
  }
}

export function pointsOf({ times, connectors }: History): PastPoint[] {
  return times.map((atMs, place) => ({
    atMs,
    behind: new Map(
      Object.entries(connectors).flatMap(([name, { behind }]): [string, number][] => {
        const value = behind[place];
        return value === null || value === undefined ? [] : [[name, value]];
      }),
    ),
  }));
}

/**
 * A line for each connector, the newest to the right.
 * @param names of the connectors, in their order. @param columns of the terminal.
 * @returns undefined where there is nothing to draw yet, or no room.
 */
export function renderPast({ points, isGuards }: Past, names: readonly string[], columns: number): string | undefined {
  const newest = points.at(-1)?.atMs ?? 0;
  const shown = points.filter(({ atMs }) => newest - atMs <= shownMs);
  const [first] = shown;
  const width = Math.min(60, columns - Math.max(...names.map((name) => name.length)) - 24);
  // One point is no line.
  if (first === undefined || shown.length < 2 || width < 8) return undefined;
  const title = `LAG OF THE LAST ${duration(Math.max(1000, newest - first.atMs))}`;
  const rows = names.map((name) => {
    const values = shown.map(({ behind }) => behind.get(name));
    const known = values.filter((value) => value !== undefined);
    const worst = Math.max(0, ...known);
    const line = sparkline(values, width, Math.max(smallestTop, worst));
    return [name, `${line}│`, known.length === 0 ? "-" : duration(worst * 1000)];
  });
  return `${formatTable(["CONNECTOR", title, "AT MOST"], rows)}\n${isGuards ? "as the guard saw it" : "as this watch saw it"}`;
}
