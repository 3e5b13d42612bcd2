/** The command line `cdc`, run on a test's own checkout as a person would, stdout and stderr apart. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Checkout } from "./checkout.ts";
import { limitMs } from "./until.ts";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** For a whole run of it, which may be a comparison of every row. */
const runLimitMs = 600_000;

/** A `cdc` that runs. */
export class Cdc {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #isOver = false;
  stdout = "";
  stderr = "";

  constructor(checkout: Checkout, args: readonly string[]) {
    const { FORCE_COLOR: _, STACK: __, ...env } = process.env;
    this.#child = spawn(join(checkout.folder, "bin", "cdc"), ["--stack", checkout.stack, ...args], {
      env: { ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk) => (this.stdout += String(chunk)));
    this.#child.stderr?.on("data", (chunk) => (this.stderr += String(chunk)));
    this.#ended = once(this.#child, "close").then(([code]) => {
      this.#isOver = true;
      return code as number | null;
    });
  }

  /** Waits until stderr or stdout say so. @throws Error when it ends without, or does not in time. */
  async says(pattern: RegExp): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!pattern.test(this.stderr + this.stdout)) {
      if (this.#isOver || performance.now() > deadline) {
        this.#child.kill("SIGKILL");
        throw new Error(`cdc never said ${String(pattern)}: ${this.stderr}${this.stdout}`);
      }
      await sleep(50);
    }
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Waits for its end. @throws Error when it is killed after ten minutes: no exit code is ever taken for its own. */
  async end(): Promise<Ran> {
    let isLate = false;
    const timer = setTimeout(() => (isLate = this.#child.kill("SIGKILL")), runLimitMs);
    const code = await this.#ended;
    clearTimeout(timer);
    if (isLate) throw new Error(`cdc did not end within ${runLimitMs / 1000} s: ${this.stderr}${this.stdout}`);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs it to its end. */
export async function cdc(checkout: Checkout, ...args: string[]): Promise<Ran> {
  return await new Cdc(checkout, args).end();
}
