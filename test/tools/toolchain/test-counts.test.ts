import { describe, expect, test } from "vitest";
import { summary } from "../../../tools/toolchain/test.ts";
import { goFailedOutput, goReport, surefireReport, vitestReport } from "../../../tools/toolchain/test-counts.ts";

test("vitest: how many passed; the tests that failed, and a file that could not be loaded, with the beginning of what they said", () => {
  const report = {
    numPassedTests: 2,
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
  const { passed, failures } = vitestReport(JSON.stringify(report), "/checkout");
  expect(passed).toBe(2);
  const [first = "", ...others] = failures;
  expect(first).toMatch(/^test\/e2e\/cli\.e2e\.ts > status names it\n {2}expected x+$/);
  expect(first.length).toBeLessThan(500);
  expect(others).toEqual(["test/broken.test.ts\n  cannot be loaded"]);
});

const event = (Action: string, Package: string, Test?: string, Output?: string) =>
  JSON.stringify({ Action, Package, Test, Output });

test("go: tests without subtests of their own, and packages that do not build", () => {
  const output = [
    event("run", "a", "TestTable"),
    event("pass", "a", "TestTable/one"),
    event("output", "a", "TestTable/one", "fine\n"),
    event("output", "a", "TestTable/two", "got 1\n"),
    event("output", "a", "TestTable/two", "want 2\n"),
    event("fail", "a", "TestTable/two"),
    event("fail", "a", "TestTable"),
    event("pass", "a", "TestTableau"),
    event("fail", "a"),
    event("fail", "broken"),
    event("skip", "none"),
    event("pass", "b", "TestOne"),
    event("pass", "b", "TestTableau/of another package"),
    event("pass", "b"),
    "not an event",
  ].join("\n");
  expect(goReport(output)).toEqual({ passed: 4, failures: ["a TestTable/two\n  got 1\n  want 2", "broken"] });
  expect(goFailedOutput(output)).toBe("got 1\nwant 2\n");
});

test("Surefire's reports are added up, and what was skipped is left out", () => {
  const report = (attributes: string, tests = "") =>
    `<?xml version="1.0"?>\n<testsuite name="x" ${attributes}>\n${tests}</testsuite>`;
  const failing =
    '<testcase name="works" classname="org.X" time="0.1"/>\n' +
    '<testcase name="names it" classname="org.X" time="0.1">\n  <failure message="expected 1" type="T"><![CDATA[...]]></failure>\n</testcase>\n' +
    '<testcase name="ends" classname="org.X" time="0.1">\n  <error type="T"/>\n</testcase>\n';
  const reports = [
    report('time="1.0" tests="26" errors="0" skipped="3" failures="0"'),
    report('tests="5" errors="1" skipped="0" failures="1"', failing),
  ];
  expect(surefireReport(reports)).toEqual({
    passed: 26,
    failures: ["org.X > names it\n  expected 1", "org.X > ends"],
  });
  expect(surefireReport([])).toEqual({ passed: 0, failures: [] });
});

describe("summary", () => {
  const passed = {
    name: "unit tests",
    outcome: "passed" as const,
    seconds: 1.25,
    report: { passed: 3, failures: [] },
  };

  test("ends with the plain sum", () => {
    expect(summary([passed, { ...passed, name: "end to end", report: { passed: 4, failures: [] } }], 2))
      .toMatchInlineSnapshot(`
      "STEP        RESULT  SECONDS  PASSED  FAILED
      unit tests  passed  1.3           3       0
      end to end  passed  1.3           4       0

      7 passed, 0 failed"
    `);
  });

  test.each([
    ["a failed step without tests counts as one", { passed: 0, failures: [] }, "3 passed, 1 failed"],
    ["failed tests count as they are", { passed: 5, failures: ["a", "b"] }, "8 passed, 2 failed"],
  ])("%s", (_, report, last) => {
    const failed = { name: "lint", outcome: "FAILED" as const, seconds: 0, report };
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
      report: { passed: 0, failures },
    };
    const text = summary([failed], 1);
    expect(text).toMatch(
      /\n\nFAILED a\.test\.ts > 0\n {2}expected 1\n\nFAILED [^]*2 further tests failed\n\n0 passed, 12 failed$/,
    );
    expect(text.match(/^FAILED /gm)).toHaveLength(10);
  });
});
