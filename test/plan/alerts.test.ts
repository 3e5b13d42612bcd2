/** What the rules say; that they fire, and on what, is asked of Prometheus in test/e2e/alerts.e2e.ts. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../cli/main.ts";
import { metrics } from "../../lib/metrics.ts";
import { alertRules, type AlertRule } from "../../plan/alerts.ts";
import { isMonitored } from "../../plan/guard.ts";
import { planWith } from "../support/config.ts";

const root = join(import.meta.dirname, "..", "..");

function rulesWith(fields: Record<string, unknown>): AlertRule[] {
  const plan = planWith({ monitoring: { enabled: true }, ...fields });
  if (!isMonitored(plan.guard)) throw new Error("the plan has no metrics");
  return alertRules(plan, plan.guard, "dev");
}

const full = rulesWith({ readSide: { enabled: true } });
const exprOf = (rules: readonly AlertRule[], name: string) => rules.find(({ alert }) => alert === name)?.expr;

describe.each(full.map((rule) => [rule.alert, rule] as const))("%s", (_, { alert, expr, labels, annotations }) => {
  test("looks at its stack's series alone, by metrics that are served", () => {
    const named = [...expr.matchAll(/\b(up|cdc_\w+)\{([^}]*)\}/g)];
    expect(named).not.toEqual([]);
    for (const [, name = "", matchers] of named) {
      expect(["up", ...metrics.map((one) => one.name as string)]).toContain(name);
      expect(matchers).toMatch(/^job="cdc-test"/);
    }
    expect(expr.match(/\bcdc_\w+(?!\w|\{)/g)).toBeNull();
    expect(labels.stack).toBe("cdc-test");
    expect(alert).toMatch(/^Cdc[A-Z]/);
  });

  test("names a page and a heading that are there", () => {
    const [page = "", anchor = ""] = annotations.page.split("#");
    expect(existsSync(join(root, page))).toBe(true);
    const headings = [...readFileSync(join(root, page), "utf8").matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} -]/gu, "")
        .replaceAll(" ", "-"),
    );
    expect(headings).toContain(anchor);
  });

  test("names a command that there is", () => {
    const [cdc, flag, stack, ...words] = annotations.command.replace("{{ $labels.connector }}", "shard0").split(" ");
    expect([cdc, flag, stack]).toEqual(["cdc", "-s", "dev"]);
    let command = createProgram();
    for (const word of words) {
      const next = command.commands.find((one) => one.name() === word);
      if (next === undefined) expect(command.registeredArguments, word).not.toEqual([]);
      else command = next;
    }
    expect(command.name()).not.toBe("cdc");
    expect(annotations.summary).not.toMatch(/\.$/);
    expect(annotations.cause).toMatch(/\.$/);
  });
});

test("bounds are those of the settings", () => {
  const rules = rulesWith({ readSide: { enabled: true }, maxDelaySeconds: 300, guard: { checkSeconds: 10 } });
  expect(exprOf(rules, "CdcHeartbeatOld")).toContain("> 300 unless");
  expect(exprOf(rules, "CdcSinkBehind")).toMatch(/> 300$/);
  expect(exprOf(rules, "CdcGuardSilent")).toMatch(/> 70$/);
});

test("names of connectors are taken literally, and those of shards that are declared to rest are left out", () => {
  const rules = rulesWith({
    shards: [
      { name: "a", port: 3308, connector: "a.b" },
      { name: "b", port: 3309 },
      { name: "c", port: 3310, state: "stopped" },
    ],
  });
  expect(exprOf(rules, "CdcShardNotStreaming")).toContain(String.raw`connector=~"a\\.b|b-connector"`);
  expect(exprOf(rules, "CdcConnectorMissing")).toContain('connector="c-connector"');
  const resting = rulesWith({ shards: [{ name: "c", port: 3310, state: "paused" }] });
  expect(exprOf(resting, "CdcShardNotStreaming")).toBeUndefined();
});

test("without a read side there are none of a sink", () => {
  const rules = rulesWith({ readSide: { enabled: false } });
  const gone = full.map(({ alert }) => alert).filter((alert) => exprOf(rules, alert) === undefined);
  expect(gone).toEqual([
    "CdcSinkNotRunning",
    "CdcSinkBehind",
    "CdcDeadLettersGrew",
    "CdcEngineSilent",
    "CdcIndexUnhealthy",
    "CdcIndexDiffers",
    "CdcIndexHasForeignDocuments",
  ]);
  expect(JSON.stringify(rules)).not.toContain("read-side-sink");
});

test("docs/monitoring.md tells of every alert: its severity, and how long it has to hold", () => {
  const page = readFileSync(join(root, "docs", "monitoring.md"), "utf8");
  const told = [...page.matchAll(/^\| `(Cdc\w+)` \| (\w+) \| .* \| (.*) \|$/gm)].map(([, ...cells]) => cells);
  const planned = full.map((rule) => [rule.alert, rule.labels.severity, rule.for ?? "at once"]);
  const inWords = told.map(([alert, severity, after = ""]) => [
    alert,
    severity,
    after.replace(" min", "m").replace(" s", "s"),
  ]);
  expect(inWords).toEqual(planned);
});
