/** A list of checks that build on each other, walked: what is well, what is broken, what could not be reached. */
import { endingOf } from "../exit.ts";

/** What a check has found. */
export interface Outcome {
  readonly isWell: boolean;
  /** In few words; of what is broken: which thing, what was found, what is expected. */
  readonly found: string;
  /** What to do; only of what is broken. */
  readonly remedy?: string;
}

export interface Check {
  /** Unique: what other checks need it by. */
  readonly id: string;
  /** Heading under which it is shown. */
  readonly section: string;
  /** What is looked at: `shard0 tables`. */
  readonly title: string;
  /** Ids of checks that come before: when one of these is not well, this one is not reached. */
  readonly needs: readonly string[];
  /** An error that it throws counts as broken. */
  readonly run: () => Promise<Outcome>;
}

export interface Result extends Pick<Check, "id" | "section" | "title"> {
  readonly verdict: "well" | "broken" | "not-reached";
  readonly found: string;
  readonly remedy?: string;
}

export function well(found: string): Outcome {
  return { isWell: true, found };
}

export function broken(found: string, remedy: string): Outcome {
  return { isWell: false, found, remedy };
}

/**
 * Walks the checks, those that do not need each other at the same time.
 * @returns a result for each, in the order of the list.
 * @throws Error when a check needs one that does not stand before it.
 */
export async function walk(checks: readonly Check[]): Promise<Result[]> {
  const walked = new Map<string, Promise<Result>>();
  for (const check of checks) {
    const needed = check.needs.map((id) => {
      const before = walked.get(id);
      if (before === undefined) throw new Error(`check ${check.id} needs ${id}, which does not stand before it`);
      return before;
    });
    walked.set(check.id, walkOne(check, needed));
  }
  return await Promise.all(walked.values());
}

/** The first link that is broken: what comes after it may be no more than its consequence. */
export function firstBroken(results: readonly Result[]): Result | undefined {
  return results.find(({ verdict }) => verdict === "broken");
}

async function walkOne({ id, section, title, run }: Check, needed: readonly Promise<Result>[]): Promise<Result> {
  const missing = (await Promise.all(needed)).find(({ verdict }) => verdict !== "well");
  if (missing !== undefined) {
    return { id, section, title, verdict: "not-reached", found: `not reached: ${missing.title} is not well` };
  }
  const { isWell, found, remedy } = await run().catch(outcomeOf);
  return {
    id,
    section,
    title,
    verdict: isWell ? "well" : "broken",
    found,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function outcomeOf(error: unknown): Outcome {
  const ending = endingOf(error);
  if (ending !== undefined) return broken(ending.message, ending.remedy);
  const message = error instanceof Error ? error.message || error.name : String(error);
  return broken(message, "cdc status and cdc logs may tell more");
}
