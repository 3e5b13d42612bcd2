/**
 * Waiting in end-to-end tests. The limit is for what never comes: a machine at ten times the load is slow, and not wrong.
 * How long something takes is measured by the benchmarks.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** For one wait; well below the limit of a test in vitest.config.ts, so that what was seen last is told. */
export const limitMs = 300_000;

/** For `expect.poll`. */
export const patient = { timeout: limitMs, interval: 500 };

/** Looks until it is as wanted. @returns what was seen then. @throws Error with what was seen last. */
export async function until<T>(
  what: string,
  look: () => Promise<T>,
  isIt: (seen: T) => boolean = Boolean,
  intervalMs = 250,
  waitMs = limitMs,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const seen = await look();
    if (isIt(seen)) return seen;
    if (performance.now() > deadline)
      throw new Error(`not within ${waitMs / 1000} s: ${what}; seen last: ${JSON.stringify(seen)?.slice(0, 4000)}`);
    await sleep(intervalMs);
  }
}

/** Tries until it succeeds. @throws Error with the last failure as its cause. */
export async function untilSucceeds<T>(what: string, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`not within ${limitMs / 1000} s: ${what}`, { cause: error });
    }
    await sleep(250);
  }
}
