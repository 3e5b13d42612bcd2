/** The Grafana dashboard: it shows what the guard serves, all of it and nothing else. test/e2e/dashboards.e2e.ts asks it of a running stack. */
import { describe, expect, test } from "vitest";
import { metrics } from "../../lib/metrics.ts";
import { dashboard } from "../../plan/dashboard.ts";

const names = (hasSink: boolean) =>
  dashboard("cdc-test", hasSink)
    .panels.flatMap(({ targets }) => targets)
    .flatMap(({ expr }) => expr.match(/\bcdc_\w+/g) ?? []);

test("every metric of the guard has a panel, and no panel asks for another one", () => {
  expect(new Set(names(true))).toEqual(new Set(metrics.map(({ name }) => name)));
});

test("without a read side there is no panel that would stay empty", () => {
  expect(names(false).filter((name) => name.startsWith("cdc_sink"))).toEqual([]);
});

test("every query looks at the series of its own stack alone", () => {
  for (const { targets, title } of dashboard("cdc-test", true).panels)
    for (const { expr } of targets) {
      const selectors = expr.match(/(?:\b(?:cdc_\w+|up|ALERTS)\b)(?:\{[^}]*\})?/g) ?? [];
      expect(selectors, title).not.toEqual([]);
      for (const one of selectors) expect(one, title).toMatch(/(?:job|stack)="cdc-test"/);
    }
});

describe("as Grafana takes it", () => {
  const { panels, uid } = dashboard("cdc-test", true);

  test("panels have numbers of their own, and none lies over another or beside the 24 columns", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  test("its uid is the stack's name, in the 40 characters that Grafana takes", () => {
    expect(uid).toBe("cdc-test");
    expect(dashboard(`cdc-${"x".repeat(60)}`, true).uid).toHaveLength(40);
  });
});
