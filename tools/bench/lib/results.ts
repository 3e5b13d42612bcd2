/** The results' file: what each comparison was measured to be last, and on what. */
import { readFile } from "node:fs/promises";
import { isErrno } from "../../../lib/run.ts";
import { isSameMachine, type Machine } from "./machine.ts";
import type { Comparison } from "./measure.ts";

/** A comparison with when it was measured. */
export interface Measured extends Comparison {
  /** The part's name. */
  readonly part: string;
  /** `2026-01-31`. */
  readonly date: string;
  readonly commit: string;
}

export interface Results {
  readonly machine: Machine;
  readonly comparisons: readonly Measured[];
}

/** @returns undefined when there is no such file. */
export async function readResults(file: string): Promise<Results | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Results;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * Puts a part's new figures in the place of its earlier ones, so that a part can be measured again alone.
 * Figures of another machine are not kept beside them.
 */
export function merged(
  before: Results | undefined,
  machine: Machine,
  part: string,
  fresh: readonly Measured[],
): Results {
  const kept = before !== undefined && isSameMachine(before.machine, machine) ? before.comparisons : [];
  const at = kept.findIndex((one) => one.part === part);
  const others = kept.filter((one) => one.part !== part);
  const place = at === -1 ? others.length : at;
  return { machine, comparisons: [...others.slice(0, place), ...fresh, ...others.slice(place)] };
}
