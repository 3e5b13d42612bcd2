/** Whether a figure keeps what it has to keep. */
import { median, rounded, type Bound, type Comparison, type Series, type Unit } from "./measure.ts";

/** A bound, and how our median stands to it. */
export interface Judged {
  /** `at most 15 s`, `at least 2 × Compose`. */
  readonly bound: string;
  readonly isKept: boolean;
}

/** Each bound of a comparison. @throws Error when one names a peer that was not measured. */
export function judge({ id, ours, peers, unit, bounds = [] }: Comparison): Judged[] {
  return bounds.map((bound) => {
    const peer = bound.peer === undefined ? undefined : peers.find(({ name }) => name === bound.peer);
    if (bound.peer !== undefined && peer === undefined) throw new Error(`${id}: a bound names the peer ${bound.peer}`);
    const value = peer === undefined ? median(ours.values) : ratio(ours, peer);
    const isKept = value <= (bound.atMost ?? Infinity) && value >= (bound.atLeast ?? -Infinity);
    return { bound: inWords(bound, unit), isKept };
  });
}

/** Median over median. */
export function ratio(ours: Series, peer: Series): number {
  return median(ours.values) / median(peer.values);
}

function inWords({ atMost, atLeast, peer }: Bound, unit: Unit): string {
  const limit = (value: number) => (peer === undefined ? `${plain(value)} ${unit}` : `${value} × ${peer}`);
  return [
    ...(atMost === undefined ? [] : [`at most ${limit(atMost)}`]),
    ...(atLeast === undefined ? [] : [`at least ${limit(atLeast)}`]),
  ].join(", ");
}

function plain(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en-GB") : rounded(value);
}
