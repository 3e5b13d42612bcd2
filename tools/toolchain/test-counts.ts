/** What the reports of vitest, go test and Maven tell: how many tests passed, and which failed. */
import { stripVTControlCharacters } from "node:util";

export interface Report {
  readonly passed: number;
  /** The tests that failed, each with how its error begins in the lines under it; also what did not even load or build. */
  readonly failures: readonly string[];
}

export const none: Report = { passed: 0, failures: [] };

/** So much of what a test said is repeated at the end: its first lines name what was found and what was wanted. */
const shownCharacters = 400;

function failureOf(what: string, message: string): string {
  const text = stripVTControlCharacters(message).trim().slice(0, shownCharacters);
  return text === "" ? what : `${what}\n${text.replaceAll(/^/gm, "  ")}`;
}

/** Of vitest's JSON report; names are `FILE > NAME`. @param root what is taken away from the files' paths. */
export function vitestReport(report: string, root: string): Report {
  const { numPassedTests, testResults } = JSON.parse(report) as {
    numPassedTests: number;
    testResults: {
      name: string;
      status: string;
      message?: string;
      assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[];
    }[];
  };
  const failures = testResults.flatMap(({ name, status, message = "", assertionResults }) => {
    const file = name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name;
    const failed = assertionResults.filter((one) => one.status === "failed");
    if (failed.length === 0) return status === "failed" ? [failureOf(file, message)] : [];
    return failed.map(({ fullName, failureMessages }) =>
      failureOf(`${file} > ${fullName}`, failureMessages?.[0] ?? ""),
    );
  });
  return { passed: numPassedTests, failures };
}

interface GoEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly Test?: string;
  readonly Output?: string;
}

/** Of `go test -json`: tests without subtests of their own, and packages that failed without a test. */
export function goReport(output: string): Report {
  const events = goEvents(output);
  const ends = events.filter(({ Action }) => Action === "pass" || Action === "fail");
  const isLeaf = (one: GoEvent) =>
    !ends.some(({ Package, Test }) => Package === one.Package && Test?.startsWith(`${one.Test}/`));
  const isAlone = (one: GoEvent) =>
    !ends.some(({ Package, Test, Action }) => Package === one.Package && Test !== undefined && Action === "fail");
  const counted = ends.filter((one) => (one.Test === undefined ? one.Action === "fail" && isAlone(one) : isLeaf(one)));
  return {
    passed: counted.filter(({ Action }) => Action === "pass").length,
    failures: counted
      .filter(({ Action }) => Action === "fail")
      .map(({ Package, Test }) => failureOf([Package, Test].filter(Boolean).join(" "), saidBy(events, Package, Test))),
  };
}

/** What the failing tests and packages printed, and the compiler. */
export function goFailedOutput(output: string): string {
  const events = goEvents(output);
  const failed = events.filter(({ Action }) => Action === "fail");
  const built = events.filter(({ Action }) => Action === "build-output").map(({ Output }) => Output ?? "");
  return [...built, ...failed.map(({ Package, Test }) => saidBy(events, Package, Test))].join("");
}

function goEvents(output: string): GoEvent[] {
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as GoEvent);
}

function saidBy(events: readonly GoEvent[], of: string | undefined, test: string | undefined): string {
  return events
    .filter(({ Action, Package, Test }) => Action === "output" && Package === of && Test === test)
    .map(({ Output }) => Output ?? "")
    .join("");
}

/** Of Surefire's reports, one XML text per class of tests; what was skipped counts as neither. */
export function surefireReport(reports: readonly string[]): Report {
  const passed = reports.reduce((sum, report) => {
    const [suite = ""] = /<testsuite\s[^>]*>/.exec(report) ?? [];
    const count = (name: string) => Number(attribute(suite, name) ?? 0);
    return sum + count("tests") - count("skipped") - count("failures") - count("errors");
  }, 0);
  const failures = reports.flatMap((report) =>
    [...report.matchAll(/<testcase\s([^>]*)>\s*<(?:failure|error)([^>]*)>/g)].map(([, test = "", failure = ""]) =>
      failureOf(`${attribute(test, "classname")} > ${attribute(test, "name")}`, attribute(failure, "message") ?? ""),
    ),
  );
  return { passed, failures };
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1];
}
