/** `make test` and `make unit`: the steps in order, stopping at the first that fails; the last line is the count. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { imagesOf } from "../../config/images.ts";
import { kafkaVersion, mysqlVersion } from "../../lib/versions.ts";
import type { Log } from "./log.ts";
import { findOnPath } from "./places.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { prepare } from "./prepare.ts";
import { attached, probe } from "./probe.ts";
import { goModule, goTags } from "./pulumi-build.ts";
import { UserError } from "../../lib/run.ts";
import { formatTable } from "../../lib/table.ts";
import { ensureBrowser } from "./test-browser.ts";
import { ensurePromtool } from "./test-promtool.ts";
import { withMysql } from "./test-mysql.ts";
import { mavenTests } from "./test-maven.ts";
import { goFailedOutput, goReport, none, vitestReport, type Report } from "./test-counts.ts";

interface Step {
  name: string;
  /** Throws, or returns `ok: false`, when it failed. */
  work: () => Promise<StepOutcome>;
}

interface StepOutcome {
  ok: boolean;
  report?: Report;
}

interface StepResult {
  name: string;
  outcome: "passed" | "FAILED";
  seconds: number;
  report: Report;
}

/** More are in what the step has printed. */
const shownFailures = 10;

const results = join(checkoutFolder, "test-results");
const goTestLimitMs = 30 * 60_000;

/** Format, lint, types and unit tests; needs no engine. */
export async function unit(log: Log): Promise<void> {
  await runSteps(log, quickSteps());
}

/** All of it, the end-to-end tests included. */
export async function test(log: Log): Promise<void> {
  let env: NodeJS.ProcessEnv = process.env;
  const bring: Step = {
    name: "toolchain",
    work: async () => {
      const { env: prepared } = await prepare(log, undefined);
      env = { ...prepared, CHROMIUM: await ensureBrowser(log), PROMTOOL: await ensurePromtool(log) };
      return { ok: true };
    },
  };
  const go = findOnPath("go", process.env["PATH"]);
  const goSteps: Step[] = go === undefined ? [] : [{ name: "go tests", work: () => goTests(log, go, env) }];
  if (go === undefined) log("no go on PATH: the tests of our plugins are left out");
  const mvn = findOnPath("mvn", process.env["PATH"]);
  const javaSteps: Step[] =
    mvn === undefined
      ? []
      : [
          { name: "sink tests", work: () => mavenTests("apps/sink", mvn, env) },
          { name: "filter tests", work: () => mavenTests("apps/connect-filter", mvn, env) },
        ];
  if (mvn === undefined) log("no mvn on PATH: the unit tests of the sink and of the worker's filter are left out");
  await runSteps(log, [
    ...quickSteps(),
    bring,
    ...goSteps,
    ...javaSteps,
    { name: "end to end", work: () => vitest("e2e", env) },
  ]);
}

function quickSteps(): Step[] {
  const script = (name: string, npmScript: string): Step => ({
    name,
    work: async () => ({ ok: (await npm([npmScript], process.env)) === 0 }),
  });
  return [
    script("format", "format:check"),
    script("lint", "lint"),
    script("types", "types"),
    { name: "unit tests", work: () => vitest("unit", process.env) },
  ];
}

function npm(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return attached("npm", ["run", "--silent", ...args], { env, cwd: checkoutFolder });
}

async function vitest(project: "unit" | "e2e", env: NodeJS.ProcessEnv): Promise<StepOutcome> {
  const report = join(results, `${project}.json`);
  await mkdir(results, { recursive: true });
  await rm(report, { force: true });
  const code = await npm([project, "--", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`], env);
  if (!existsSync(report)) return { ok: code === 0 };
  return { ok: code === 0, report: vitestReport(await readFile(report, "utf8"), checkoutFolder) };
}

async function goTests(log: Log, go: string, env: NodeJS.ProcessEnv): Promise<StepOutcome> {
  const args = ["test", "-json", "-tags", goTags, "./..."];
  const { mysql } = imagesOf({
    source: env["CDC_IMAGES"] === "packages" ? "packages" : "official",
    mysqlVersion,
    kafkaVersion,
    mysql: undefined,
    kafka: undefined,
    node: undefined,
    opensearch: undefined,
    prometheus: undefined,
    alertmanager: undefined,
  });
  const answer = await log.during("go test", () =>
    withMysql(mysql, (variables) =>
      probe(go, args, { env: { ...env, ...variables }, cwd: goModule, timeoutMs: goTestLimitMs }),
    ),
  );
  await mkdir(results, { recursive: true });
  await writeFile(join(results, "go.json"), answer.stdout);
  if (!answer.ok) console.log(`${goFailedOutput(answer.stdout)}\n${answer.stderr}`);
  return { ok: answer.ok, report: goReport(answer.stdout) };
}

/**
 * Runs the steps and prints the table and the count.
 * @throws {UserError} when a step failed.
 */
export async function runSteps(log: Log, steps: Step[]): Promise<void> {
  const done: StepResult[] = [];
  let failure: unknown;
  for (const { name, work } of steps) {
    const began = performance.now();
    log(name);
    const { ok, report = none } = await work().catch((error: unknown): StepOutcome => {
      failure = error;
      return { ok: false };
    });
    const seconds = (performance.now() - began) / 1000;
    done.push({ name, outcome: ok ? "passed" : "FAILED", seconds, report });
    if (!ok) break;
  }
  if (failure instanceof UserError) console.error(`\nerror: ${failure.message}\n  what to do: ${failure.remedy}`);
  else if (failure !== undefined) console.error(failure);
  console.log(`\n${summary(done, steps.length)}`);
  if (done.some(({ outcome }) => outcome === "FAILED")) process.exitCode = 1;
}

/** The table of steps, the tests that failed and, last, the line with the sum. A failed step without a failed test counts as one. */
export function summary(done: StepResult[], planned: number): string {
  const failedOf = ({ report }: StepResult) => report.failures.length;
  const rows = done.map((step) => [
    step.name,
    step.outcome,
    step.seconds.toFixed(1),
    step.report.passed,
    failedOf(step),
  ]);
  const passed = done.reduce((sum, { report }) => sum + report.passed, 0);
  const failed = done.reduce((sum, step) => sum + Math.max(failedOf(step), step.outcome === "FAILED" ? 1 : 0), 0);
  const left = planned - done.length;
  const notRun = left > 0 ? `\n${left} more ${left === 1 ? "step was" : "steps were"} not run` : "";
  const table = formatTable(["STEP", "RESULT", "SECONDS", "PASSED", "FAILED"], rows);
  const failures = done.flatMap(({ report }) => report.failures);
  const shown = failures.slice(0, shownFailures).map((one) => `\n\nFAILED ${one}`);
  const more = failures.length > shownFailures ? `\n\n${failures.length - shownFailures} further tests failed` : "";
  return `${table}${notRun}${shown.join("")}${more}\n\n${passed} passed, ${failed} failed`;
}
