/** How many tests passed and failed, from the reports of vitest, go test and Maven. */

import { stripVTControlCharacters } from "node:util";

export interface Counts {
  passed: number;
  failed: number;
}

export const none: Counts = { passed: 0, failed: 0 };

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

/** Counts of vitest's JSON report. A file that could not be loaded has no test, so it counts as one that failed. */
export function vitestCounts(report: string): Counts {
  const { numPassedTests, testResults } = JSON.parse(report) as {
    numPassedTests: number;
    testResults: { status: string; assertionResults: { status: string }[] }[];
  };
  const failed = testResults.reduce((sum, file) => {
    const inFile = file.assertionResults.filter(({ status }) => status === "failed").length;
    return sum + (inFile === 0 && file.status === "failed" ? 1 : inFile);
  }, 0);
  return { passed: numPassedTests, failed };
}

/** So much of what a test said is repeated at the end: its first lines name what was found and what was wanted. */
const shownCharacters = 400;

/** The failed tests of vitest's JSON report: `FILE > NAME`, and under it how its error begins. */
export function vitestFailures(report: string, root: string): string[] {
  const { testResults } = JSON.parse(report) as {
    testResults: {
      name: string;
      status: string;
      message?: string;
      assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[];
    }[];
  };
  return testResults.flatMap(({ name, status, message = "", assertionResults }) => {
    const file = name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name;
    const failed = assertionResults.filter((one) => one.status === "failed");
    if (failed.length === 0) return status === "failed" ? [failureOf(file, message)] : [];
    return failed.map(({ fullName, failureMessages }) =>
      failureOf(`${file} > ${fullName}`, failureMessages?.[0] ?? ""),
    );
  });
}

function failureOf(what: string, message: string): string {
  const text = stripVTControlCharacters(message).trim().slice(0, shownCharacters);
  return text === "" ? what : `${what}\n${text.replaceAll(/^/gm, "  ")}`;
}

/** Counts of `go test -json`, tests without subtests of their own; a package that does not build counts as one that failed. */
export function goCounts(output: string): Counts {
  const events = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { Action: string; Package?: string; Test?: string });
  const ends = events.filter(({ Action }) => Action === "pass" || Action === "fail");
  const tests = ends.filter(({ Test }) => Test !== undefined);
  const keys = tests.map(({ Package, Test }) => `${Package} ${Test}`);
  const leaves = tests.filter((_, i) => !keys.some((key) => key.startsWith(`${keys[i]}/`)));
  const failedPackages = ends.filter(
    ({ Action, Package, Test }) =>
      Action === "fail" &&
      Test === undefined &&
      !tests.some((test) => test.Package === Package && test.Action === "fail"),
  );
  return {
    passed: leaves.filter(({ Action }) => Action === "pass").length,
    failed: leaves.filter(({ Action }) => Action === "fail").length + failedPackages.length,
  };
}

/** Counts of Surefire's reports, one XML text per class of tests; what was skipped counts as neither. */
export function surefireCounts(reports: readonly string[]): Counts {
  return reports
    .map((report) => {
      const [suite = ""] = /<testsuite\s[^>]*>/.exec(report) ?? [];
      const count = (name: string) => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
      const failed = count("failures") + count("errors");
      return { passed: count("tests") - count("skipped") - failed, failed };
    })
    .reduce(add, none);
}
