/**
 * The benchmarks: `make bench`, `make bench PARTS="up latency" ROUNDS=3`.
 * Two runs beside each other: `node tools/bench/main.ts --compare A.json B.json`.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkoutFolder } from "../../lib/checkout.ts";
import { chooseParts, chooseRounds } from "./lib/choose.ts";
import { commitOf, machineFacts } from "./lib/machine.ts";
import type { Context } from "./lib/measure.ts";
import { plot } from "./lib/plot.ts";
import { comparedRuns, markdown } from "./lib/report.ts";
import { merged, readResults, type Results } from "./lib/results.ts";
import { removeLeftovers } from "./lib/stack.ts";
import { parts } from "./parts/index.ts";

const folder = join(checkoutFolder, "tools", "bench", "results");
const resultsFile = join(folder, "results.json");

/**
 * Runs the parts that PARTS names (default: all), each with ROUNDS rounds (default: its own), and writes the results
 * after each of them.
 * @param log prints a line, with the seconds since the start.
 * @param env with `.cdc/env` applied.
 * @throws UserError when PARTS or ROUNDS cannot be used.
 */
export async function bench(log: (line: string) => void, env: NodeJS.ProcessEnv): Promise<void> {
  const chosen = chooseParts(parts, env["PARTS"]);
  const rounds = chooseRounds(env["ROUNDS"]);
  const machine = await machineFacts(env);
  await removeLeftovers(env);
  for (const part of chosen) {
    log(`${part.name}: ${part.about}`);
    const context: Context = { rounds, env, say: (line) => log(`${part.name}: ${line}`) };
    const comparisons = await part.run(context);
    const now = {
      part: part.name,
      date: new Date().toISOString().slice(0, 10),
      commit: await commitOf(checkoutFolder),
    };
    const fresh = comparisons.map((comparison) => ({ ...comparison, ...now }));
    await write(merged(await readResults(resultsFile), machine, part.name, fresh));
    log(`${part.name}: done, see tools/bench/results/results.md`);
  }
}

async function write(results: Results): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = [...new Set(results.comparisons.map(({ part }) => part))];
  const plots = new Map(names.map((name) => [name, `${name}.svg`]));
  for (const [name, file] of plots)
    await writeFile(join(folder, file), plot(results.comparisons.filter(({ part }) => part === name)));
  await writeFile(join(folder, "results.md"), markdown(results, plots));
  await writeFile(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`);
}

if (import.meta.main) {
  const [option, ...files] = process.argv.slice(2);
  const [a, b] = await Promise.all(files.map(readResults));
  if (option === "--compare" && a !== undefined && b !== undefined) {
    console.log(comparedRuns(a, b));
  } else {
    console.error("usage: node tools/bench/main.ts --compare A.json B.json (both made by `make bench`)");
    process.exitCode = 2;
  }
}
