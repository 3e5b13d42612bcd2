/** Waiting for who answers late, and not for who is gone. */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../lib/run.ts";

/** Times in milliseconds. */
export interface Patience {
  /** How long an answer is waited for before it is looked whether anybody is there; again after each such time. */
  readonly silentMs: number;
  /** How long who is there is waited for in all. */
  readonly limitMs: number;
  /** Between two attempts. */
  readonly pauseMs: number;
}

/**
 * Asks until there is an answer, attempt after attempt.
 * @param ask may fail while who is asked starts.
 * @param obstacle says why nobody is there; undefined when somebody is, however late its answers come.
 * @throws Error with what the last attempt met, once nobody is there, or time is up.
 */
export async function untilAnswered<T>(
  ask: () => Promise<T>,
  obstacle: () => Promise<string | undefined>,
  { silentMs, limitMs, pauseMs }: Patience,
): Promise<T> {
  const end = new AbortController();
  const { signal } = end;
  const began = performance.now();
  let reason: string | undefined;
  const answer = async () => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        reason = messageOf(error);
        await sleep(pauseMs, undefined, { signal });
      }
    }
  };
  const giveUp = async (): Promise<never> => {
    for (;;) {
      await sleep(silentMs, undefined, { signal });
      const found = await obstacle();
      const waitedMs = performance.now() - began;
      const seconds = Math.round(waitedMs / 1000);
      if (found !== undefined) throw new Error(`${reason ?? found}, for ${seconds} s`);
      if (waitedMs >= limitMs)
        throw new Error(`it is there, but gave no answer for ${seconds} s${reason === undefined ? "" : `: ${reason}`}`);
    }
  };
  const both = [answer(), giveUp()] as const;
  try {
    return await Promise.race(both);
  } finally {
    for (const one of both) one.catch(() => {});
    end.abort();
  }
}
