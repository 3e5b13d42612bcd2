/** `cdc status --json`, asked about once a second as a person's monitoring would, and what it said each time. */
import { setTimeout } from "node:timers/promises";
import type { Status } from "../../../../cli/status/schema.ts";
import { Cdc } from "../cdc.ts";
import type { Checkout } from "../checkout.ts";
import { limitMs } from "../until.ts";

/** One run of the command; times in ms since 1970. */
export interface Check {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly code: number | null;
  readonly status: Status;
}

const everyMs = 1000;

export class StatusPoller {
  readonly checks: Check[] = [];
  readonly #checkout: Checkout;
  readonly #end = new AbortController();
  readonly #work: Promise<void>;

  constructor(checkout: Checkout) {
    this.#checkout = checkout;
    this.#work = this.#run();
    // Told by whoever waits for the next check, or at the end.
    this.#work.catch(() => {});
  }

  /** Waits for the last check's end. @throws what the command said when it printed no status. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#work;
  }

  /** Waits until the checks from one moment on are as wanted. @throws Error with the last one when they are not in time. */
  async until(fromMs: number, wanted: (checks: readonly Check[]) => boolean): Promise<readonly Check[]> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const since = this.checks.filter(({ startedAt }) => startedAt >= fromMs);
      if (wanted(since)) return since;
      if (performance.now() > deadline) {
        throw new Error(
          `not so after ${since.length} checks: ${JSON.stringify(since.at(-1)?.status.problems, undefined, 2)}`,
        );
      }
      await Promise.race([setTimeout(200), this.#work.then(() => this.#ended())]);
    }
  }

  #ended(): void {
    if (!this.#end.signal.aborted) throw new Error("no more checks come");
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const startedAt = Date.now();
      const { code, stdout, stderr } = await new Cdc(this.#checkout, ["status", "--json"]).end();
      if (stdout === "") throw new Error(`cdc status --json printed nothing (${code}): ${stderr}`);
      this.checks.push({ startedAt, endedAt: Date.now(), code, status: JSON.parse(stdout) as Status });
      const restMs = Math.max(0, startedAt + everyMs - Date.now());
      await setTimeout(restMs, undefined, { signal: this.#end.signal }).catch(() => {}); // its end
    }
  }
}
