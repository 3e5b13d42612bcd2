import { describe, expect, test } from "vitest";
import { summary } from "../../../tools/toolchain/test.ts";
import { goCounts, surefireCounts, vitestCounts, vitestFailures } from "../../../tools/toolchain/test-counts.ts";

test("vitest: passed, failed, and a file that could not be loaded", () => {
  const report = {
    numPassedTests: 2,
    testResults: [
      { status: "failed", assertionResults: [{ status: "passed" }, { status: "failed" }] },
      { status: "passed", assertionResults: [{ status: "passed" }, { status: "skipped" }] },
      { status: "failed", assertionResults: [] },
    ],
  };
  expect(vitestCounts(JSON.stringify(report))).toEqual({ passed: 2, failed: 2 });
});

test("vitest: the tests that failed are named, with the beginning of what they said", () => {
  const report = {
    testResults: [
      {
        name: "/checkout/test/e2e/cli.e2e.ts",
        status: "failed",
        assertionResults: [
          { status: "passed", fullName: "status is well" },
          { status: "failed", fullName: "status names it", failureMessages: [`\u001B[31mexpected ${"x".repeat(900)}`] },
        ],
      },
      { name: "/checkout/test/broken.test.ts", status: "failed", message: "cannot be loaded", assertionResults: [] },
      { name: "/checkout/test/well.test.ts", status: "passed", message: "", assertionResults: [] },
    ],
  };
  const [first = "", ...others] = vitestFailures(JSON.stringify(report), "/checkout");
  expect(first).toMatch(/^test\/e2e\/cli\.e2e\.ts > status names it\n {2}expected x+$/);
  expect(first.length).toBeLessThan(500);
  expect(others).toEqual(["test/broken.test.ts\n  cannot be loaded"]);
});

const event = (Action: string, Package: string, Test?: string) => JSON.stringify({ Action, Package, Test });

test("go: tests without subtests of their own, and packages that do not build", () => {
  const output = [
    event("run", "a", "TestTable"),
    event("pass", "a", "TestTable/one"),
    event("fail", "a", "TestTable/two"),
    event("fail", "a", "TestTable"),
    event("pass", "a", "TestTableau"),
    event("fail", "a"),
    event("fail", "broken"),
    event("skip", "none"),
    event("pass", "b", "TestOne"),
    event("pass", "b"),
    "not an event",
  ].join("\n");
  expect(goCounts(output)).toEqual({ passed: 3, failed: 2 });
});

test("Surefire's reports are added up, and what was skipped is left out", () => {
  const report = (attributes: string) => `<?xml version="1.0"?>\n<testsuite name="x" ${attributes}>\n</testsuite>`;
  const reports = [
    report('time="1.0" tests="26" errors="0" skipped="3" failures="0"'),
    report('tests="5" errors="1" skipped="0" failures="2"'),
  ];
  expect(surefireCounts(reports)).toEqual({ passed: 25, failed: 3 });
  expect(surefireCounts([])).toEqual({ passed: 0, failed: 0 });
});

describe("summary", () => {
  const counts = { passed: 3, failed: 0 };
  const passed = { name: "unit tests", outcome: "passed" as const, seconds: 1.25, counts };

  test("ends with the plain sum", () => {
    expect(summary([passed, { ...passed, name: "end to end", counts: { passed: 4, failed: 0 } }], 2))
      .toMatchInlineSnapshot(`
      "STEP        RESULT  SECONDS  PASSED  FAILED
      unit tests  passed  1.3           3       0
      end to end  passed  1.3           4       0

      7 passed, 0 failed"
    `);
  });

  test.each([
    ["a failed step without tests counts as one", { passed: 0, failed: 0 }, "3 passed, 1 failed"],
    ["failed tests count as they are", { passed: 5, failed: 2 }, "8 passed, 2 failed"],
  ])("%s", (_, failedCounts, last) => {
    const failed = { name: "lint", outcome: "FAILED" as const, seconds: 0, counts: failedCounts };
    const lines = summary([passed, failed], 4).split("\n");
    expect(lines.at(-1)).toBe(last);
    expect(lines).toContain("2 more steps were not run");
  });

  test("names what failed before the sum, ten tests at most", () => {
    const failures = Array.from({ length: 12 }, (_, at) => `a.test.ts > ${at}\n  expected 1`);
    const failed = {
      name: "unit tests",
      outcome: "FAILED" as const,
      seconds: 0,
      counts: { passed: 0, failed: 12 },
      failures,
    };
    const text = summary([failed], 1);
    expect(text).toMatch(
      /\n\nFAILED a\.test\.ts > 0\n {2}expected 1\n\nFAILED [^]*2 further tests failed\n\n0 passed, 12 failed$/,
    );
    expect(text.match(/^FAILED /gm)).toHaveLength(10);
  });
});
