/** The alerting rules, as Prometheus takes them: each fires on its cause, and nothing else does. Needs no stack, but promtool. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { monitoringFiles } from "../../cli/monitoring/files.ts";
import { alertRules } from "../../plan/alerts.ts";
import { isMonitored } from "../../plan/guard.ts";
import { prometheusFiles } from "../../plan/monitoring-files.ts";
import { createLog } from "../../tools/toolchain/log.ts";
import { ensurePromtool } from "../../tools/toolchain/test-promtool.ts";
import { planWith } from "../support/config.ts";
import { execute } from "./support/checkout.ts";
import { cases, well, type Case } from "./support/alerts.ts";

const plan = planWith(
  {
    shards: [
      { name: "a", port: 3308, connector: "a.connector" },
      { name: "b", port: 3309 },
      { name: "c", port: 3310, state: "paused" },
    ],
    readSide: { enabled: true },
    monitoring: { enabled: true, prometheus: { enabled: true }, alertsTo: { secure: "v1:x" } },
  },
  "cdc-dev",
);
if (!isMonitored(plan.guard) || plan.monitoring === undefined) throw new Error("the plan has no Prometheus");
const rules = alertRules(plan, plan.guard, "dev");
const [rulesFile, scrapeFile] = monitoringFiles(plan.stack, rules, plan.guard, true);
const own = prometheusFiles(plan.stack, rules, plan.guard, plan.monitoring);

let promtool: string;
let folder: string;
beforeAll(async () => {
  promtool = await ensurePromtool(createLog(process.stderr));
  folder = await mkdtemp(join(tmpdir(), "cdc-alerts-"));
  for (const { name, text } of [rulesFile!, scrapeFile!]) await writeFile(join(folder, name), text);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const ask = async (...args: string[]) => await execute([promtool, ...args], { cwd: folder });

test("Prometheus takes the rules and the scrape configuration", async () => {
  expect(await ask("check", "rules", rulesFile!.name)).toMatchObject({
    code: 0,
    output: expect.stringContaining(`SUCCESS: ${rules.length} rules found`) as string,
  });
  expect(await ask("check", "config", scrapeFile!.name)).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, scrapeFile!.name), "utf8")).toContain("127.0.0.1:9108");
});

test("so does a Prometheus of the pipeline's own", async () => {
  const beside = join(folder, "own");
  await mkdir(beside);
  for (const { name, content } of own) await writeFile(join(beside, name), JSON.stringify(content));
  expect(await ask("check", "config", join(beside, own[0]!.name))).toMatchObject({
    code: 0,
    output: expect.stringMatching(new RegExp(`1 rule files found[^]*SUCCESS: ${rules.length} rules found`)) as string,
  });
});

test("every alert has a case in which it fires, and one in which it nearly does", () => {
  const alerts = rules.map(({ alert }) => alert).toSorted();
  const fired = cases.flatMap(({ fires }) => fires.map(({ alert }) => alert));
  expect([...new Set(fired)].toSorted()).toEqual(alerts);
  expect([...new Set(cases.flatMap(({ nearly }) => nearly ?? []))].toSorted()).toEqual(alerts);
});

/** What promtool is to find: each alert that fires with all its labels and words, and of all others none. */
function expectations({ fires, at }: Case): object[] {
  return rules.map(({ alert, labels, annotations }) => ({
    eval_time: at ?? "5m",
    alertname: alert,
    exp_alerts: fires
      .filter((one) => one.alert === alert)
      .map(({ labels: own, value }) => {
        const words = (text: string) =>
          text
            .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => own[label] ?? "")
            .replaceAll(/\{\{ \$value( \| \w+)? \}\}/g, value ?? "");
        return {
          exp_labels: { ...labels, ...own },
          exp_annotations: Object.fromEntries(Object.entries(annotations).map(([key, text]) => [key, words(text)])),
        };
      }),
  }));
}

test.each(cases)("$what", async (one) => {
  const series = Object.entries({ ...well, ...one.series }).filter(([, values]) => values !== undefined);
  const file = join(folder, "test.yml");
  await writeFile(
    file,
    stringify({
      rule_files: [rulesFile!.name],
      evaluation_interval: "15s",
      tests: [
        {
          interval: "15s",
          input_series: series.map(([name, values]) => ({ series: name, values })),
          alert_rule_test: expectations(one),
        },
      ],
    }),
  );
  const { code, output } = await ask("test", "rules", file);
  expect(code, output).toBe(0);
});
