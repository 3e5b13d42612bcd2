/** What a probe's times say: how long each stage of its way took. */
import type { ProbeTimes } from "./flow.ts";

/** The stages in their order, and what each of them is; `write` and `index` where there is a read side. */
export const stages = {
  commit: "the statement reaches the server, is executed and committed (this machine's clock → source.ts_us)",
  capture: "Debezium reads it from the binlog and makes an event of it (source.ts_us → the event's ts_us)",
  produce:
    "the event waits for the worker's next poll, is converted and handed to the producer (→ the record's timestamp)",
  deliver:
    "the record and its transaction are written, and a read_committed consumer here has it (→ this machine's clock)",
  write: "the sink writes the document: the engine has it, when asked for its id (this machine's clock)",
  index: "the index is refreshed, and a search finds the document (this machine's clock)",
  total: "from the statement to the end, by this machine's clock alone: the search, without a read side the consumer",
} as const;

export type LatencyStage = keyof typeof stages;

/** The stages of a change that is followed into the index, or to its topic only. */
export function stageNamesOf({ indexed }: { readonly indexed: boolean }): LatencyStage[] {
  const all = Object.keys(stages) as LatencyStage[];
  return indexed ? all : all.filter((stage) => stage !== "write" && stage !== "index");
}

/** Longer than a worker takes to rebalance or a connector to restart; a probe itself takes a fraction of a second. */
export const probeLimitMs = 30_000;

/** Milliseconds by stage; undefined where the two clocks of a stage cannot be compared. */
export type Latency = Readonly<Record<LatencyStage, number | undefined>>;

/** The record's timestamp has whole milliseconds, so one more or less says nothing. */
const toleranceMs = 1;

/**
 * Splits the way of a probe into stages.
 * Server, worker and this machine each have a clock; where these disagree a stage would be negative, or longer than the whole
 * way, and is left out rather than shown.
 */
export function latencyOf(times: ProbeTimes): Latency {
  const { sentMs, consumedMs, indexed } = times;
  const delivered = consumedMs - sentMs;
  const between = (from: number | undefined, to: number | undefined) => {
    if (from === undefined || to === undefined) return undefined;
    const ms = to - from;
    return ms < -toleranceMs || ms > delivered + toleranceMs ? undefined : Math.max(0, ms);
  };
  return {
    commit: between(sentMs, times.committedMs),
    capture: between(times.committedMs, times.capturedMs),
    produce: between(times.capturedMs, times.producedMs),
    deliver: between(times.producedMs, consumedMs),
    write: indexed && indexed.writtenMs - consumedMs,
    index: indexed && indexed.foundMs - indexed.writtenMs,
    total: (indexed?.foundMs ?? consumedMs) - sentMs,
  };
}

/** p50, p95, p99 by nearest rank, and the largest; in ms. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** @returns undefined when there is nothing to rank. */
export function percentilesOf(values: readonly number[]): Percentiles | undefined {
  const ordered = values.toSorted((a, b) => a - b);
  const max = ordered.at(-1);
  if (max === undefined) return undefined;
  const rank = (percent: number) => ordered[Math.ceil((percent / 100) * ordered.length) - 1] ?? max;
  return { p50: rank(50), p95: rank(95), p99: rank(99), max };
}
