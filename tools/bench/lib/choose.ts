/** What a run was asked for, by the environment. */
import { UserError } from "../../../lib/run.ts";
import type { Part } from "./measure.ts";

/**
 * The parts to run, in their own order.
 * @param wish names with spaces or commas between them; empty for all.
 * @throws UserError naming the parts when there is none of a name.
 */
export function chooseParts(all: readonly Part[], wish: string | undefined): Part[] {
  const names = (wish ?? "").split(/[\s,]+/).filter((name) => name !== "");
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UserError(`there is no part ${unknown.join(", ")} of the benchmarks`, `PARTS takes: ${known.join(", ")}`);
  return names.length === 0 ? [...all] : all.filter(({ name }) => names.includes(name));
}

/**
 * How many rounds each part takes; undefined for its own number.
 * @throws UserError for what is no such number.
 */
export function chooseRounds(wish: string | undefined): number | undefined {
  if (wish === undefined || wish === "") return undefined;
  if (/^[1-9]\d?$/.test(wish)) return Number(wish);
  throw new UserError(`ROUNDS is "${wish}"`, "give it a whole number from 1 to 99, or leave it out");
}
