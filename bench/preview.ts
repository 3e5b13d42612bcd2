/**
 * How long a preview takes: of an unchanged stack, and of one that is refused. Run it on a stack that is up:
 *
 *     make up && . .cdc/env && node bench/preview.ts dev
 *
 * Prints a Markdown table with the median and the spread of several rounds, and what the machine is.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

const stack = process.argv[2] ?? "dev";
const rounds = 7;

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  /** What the output has to show, so that nothing else is timed. */
  readonly shows: RegExp;
}

// `--config` is written to the stack's file: to a copy of it.
const folder = mkdtempSync(join(tmpdir(), "cdc-bench-"));
const copy = join(folder, "Pulumi.copy.yaml");
copyFileSync(`Pulumi.${stack}.yaml`, copy);

const cases: readonly Case[] = [
  { name: "unchanged stack", args: [], shows: /Resources:\s+\d+ unchanged\s*$/ },
  { name: "refused configuration", args: ["--config-file", copy, "--config", "cdc:timeZone=KST"], shows: /CDC-107/ },
];

function seconds({ name, args, shows }: Case): number {
  const began = performance.now();
  const { stdout, stderr } = spawnSync("pulumi", ["preview", "--stack", stack, "--non-interactive", ...args], {
    encoding: "utf8",
  });
  const took = (performance.now() - began) / 1000;
  if (!shows.test(stdout + stderr))
    throw new Error(`${name}: the preview of ${stack} was another:\n${stdout}${stderr}`);
  return took;
}

const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] ?? 0;

console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? "unknown"}; ${rounds} rounds, alternating\n`);
const taken = cases.map(() => [] as number[]);
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, one] of cases.entries()) taken[index]?.push(seconds(one));
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log("| preview of | median, s | least | most |\n| --- | --- | --- | --- |");
for (const [index, { name }] of cases.entries()) {
  const sorted = taken[index]?.toSorted((a, b) => a - b) ?? [];
  const cells = [median(sorted), sorted[0] ?? 0, sorted.at(-1) ?? 0].map((value) => value.toFixed(2));
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
