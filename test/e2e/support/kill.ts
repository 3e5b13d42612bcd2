/** `make up` killed at a moment, as a person, a CI runner or a machine that runs out of memory does it. */
import { spawn } from "node:child_process";
import { readFileSync, readlinkSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Checkout } from "./checkout.ts";

/** When to kill: so many operations have been begun, and then this much later. */
export interface Moment {
  readonly operations: number;
  readonly laterMs: number;
  /** `group`: make, and all that is in its process group; `pulumi`: that process alone. */
  readonly whom: "group" | "pulumi";
}

/** A generator of random numbers from 0 to 1 that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** @param operations about how many there will be. */
export function randomMoment(random: () => number, operations: number): Moment {
  return {
    operations: Math.floor(random() * (operations + 1)),
    // Before the first operation the time is spent on looking; a moment in it is a moment of the clock.
    laterMs: Math.floor(random() * 1500),
    whom: random() < 0.5 ? "group" : "pulumi",
  };
}

/**
 * Starts `make up` and kills it.
 * @returns what it had written, and whether it was killed: it may have come to its end before.
 */
export async function killedUp(checkout: Checkout, moment: Moment): Promise<{ killed: boolean; output: string }> {
  const child = spawn("make", [`STACK=${checkout.stack}`, "up"], {
    cwd: checkout.folder,
    env: checkout.environment(),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const ended = new Promise<boolean>((resolve) => child.once("close", () => resolve(true)));
  const isOver = async (ms: number) => await Promise.race([ended, sleep(ms, false)]);
  while (begun(output) < moment.operations) if (await isOver(20)) return { killed: false, output };
  if (await isOver(moment.laterMs)) return { killed: false, output };
  const pulumi =
    moment.whom === "pulumi" ? processesIn(checkout.folder).find(({ name }) => name === "pulumi") : undefined;
  process.kill(pulumi?.pid ?? -Number(child.pid), "SIGKILL");
  await ended;
  return { killed: true, output };
}

function begun(output: string): number {
  return output.match(/^ [+~] {1,2}\S+ \S+ (creating|updating) \(0s\)/gm)?.length ?? 0;
}

/** The processes that work in a folder or below it, by Linux's word; none elsewhere. */
export function processesIn(folder: string): { pid: number; name: string }[] {
  const ids = process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  return ids.flatMap((pid) => {
    try {
      const works = readlinkSync(`/proc/${pid}/cwd`);
      if (works !== folder && !works.startsWith(`${folder}/`)) return [];
      return [{ pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() }];
    } catch {
      return []; // it ended meanwhile
    }
  });
}
