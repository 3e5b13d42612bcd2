/** A clock whose sleeps take no time. */
import type { Clock } from "../../clients/connect/clock.ts";

export interface FakeClock extends Clock {
  /** Every pause asked for, in milliseconds. */
  readonly pauses: number[];
}

export function fakeClock(): FakeClock {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    sleep: (ms) => {
      pauses.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}
