import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withMetrics } from "../../../../apps/guard/metrics/document.ts";
import { samplesOf } from "../../../../apps/guard/metrics/samples.ts";
import { textOf } from "../../../../apps/guard/metrics/text.ts";
import { metrics, type Metric } from "../../../../lib/metrics.ts";
import { knownOf, now, settings } from "./fixture.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "..", "docs", "monitoring.md"), "utf8");
const textFor = async (shards: number) => await textOf(samplesOf(knownOf(shards), now, settings));
const series = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("docs/monitoring.md has the table that `npm run docs` would write", () => {
  expect(page).toBe(withMetrics(page));
  expect(() => withMetrics("# Metrics")).toThrow("docs/monitoring.md needs <!-- metrics");
});

test("what is served of a whole pipeline is what is documented, with its type and its words", async () => {
  const text = await textFor(2);
  const documented = [...page.matchAll(/^\| `(cdc_\w+)` \| (\w+) \| [^|]+ \| [^|]* \| ([^|]+) \|/gm)];
  const served = [...text.matchAll(/^# HELP (\w+) (.+)\n# TYPE \w+ (\w+)$/gm)];
  expect(served.map(([, name, help, type]) => [name, type, help])).toEqual(
    documented.map(([, name, type, help]) => [name, type, help]),
  );
  expect(text).toContain(
    'cdc_connector_condition{connector="shard1-connector",kind="source",shard="shard1",condition="healthy"} 1\n',
  );
  expect(text).toContain('cdc_sink_dead_letters_total{connector="read-side-sink"} 3\n');
});

test("a metric without a sample is not there, not even as 0", async () => {
  expect((await textOf([])).trim()).toBe("");
});

test("names are as Prometheus' conventions have them: the prefix, the unit at the end, _total for counters", () => {
  const ends: Readonly<Record<Metric["unit"], RegExp>> = {
    "0 or 1": /_(complete|condition|gave_up|place_lost|running|red)$/,
    aliases: /_aliases$/,
    bytes: /_bytes$/,
    differences: /_differences$/,
    documents: /_documents$/,
    offset: /_offset$/,
    records: /_(records|total)$/,
    restarts: /_restarts_total$/,
    rows: /_rows$/,
    tables: /_tables$/,
    transactions: /_transactions_total$/,
    seconds: /_seconds$/,
    "seconds since 1970": /_timestamp_seconds$/,
  };
  for (const { name, type, unit } of metrics) {
    expect(name).toMatch(/^cdc_[a-z_]+$/);
    expect(name).toMatch(ends[unit]);
    expect(name.endsWith("_total")).toBe(type === "counter");
  }
});

test("12 shards and a read side are at most 420 series, and a further shard at most 34", async () => {
  const [twelve, thirteen] = [series(await textFor(12)), series(await textFor(13))];
  expect(twelve.length).toBeLessThanOrEqual(420);
  expect(thirteen.length - twelve.length).toBeLessThanOrEqual(34);
  expect(new Set(twelve.map((line) => line.replace(/ \S+$/, ""))).size).toBe(twelve.length);
});
