/** The Prometheus and the Alertmanager of the pipeline's own, as planned, and what they are told. */
import { describe, expect, test } from "vitest";
import { alertRules } from "../../plan/alerts.ts";
import { isMonitored } from "../../plan/guard.ts";
import { alertmanagerConfig, exportedFiles, prometheusFiles } from "../../plan/monitoring-files.ts";
import { plannedContainers, plannedNetworks } from "../../plan/networks.ts";
import { engineNames, heldVolumes, plannedPorts } from "../../plan/owner.ts";
import { withReach } from "../../plan/receiver-rules.ts";
import { planWith } from "../support/config.ts";

const alertsTo = { secure: "v1:x" };
const prometheus = { enabled: true };
const whole = planWith({ monitoring: { enabled: true, prometheus, alertsTo }, portOffset: 100 });
const plain = planWith({ monitoring: { enabled: true }, portOffset: 100 });

function filesOf(plan: typeof whole) {
  if (!isMonitored(plan.guard) || plan.monitoring === undefined) throw new Error("no Prometheus");
  const rules = alertRules(plan, plan.guard, "test");
  return { rules, files: prometheusFiles(plan.stack, rules, plan.guard, plan.monitoring), guard: plan.guard };
}

describe("without one", () => {
  test.each([
    ["nothing is written", {}],
    ["there are metrics alone", { monitoring: { enabled: true } }],
  ])("when %s, nothing is planned", (_what, fields) => {
    const plan = planWith(fields);
    expect(plan.monitoring).toBeUndefined();
    expect(plannedNetworks(plan)).not.toContain("cdc-test-monitoring");
    expect(engineNames(plan).container.join(" ")).not.toMatch(/prometheus|alertmanager/);
  });

  test("nothing but the guard's place and the two containers is another", () => {
    const { monitoring: _, guard: withIt, ...others } = whole;
    const { monitoring: __, guard: without, ...same } = plain;
    expect(others).toEqual(same);
    expect(without?.networks).toEqual([
      { name: "cdc-test", aliases: ["guard"] },
      { name: "cdc-test-databases", aliases: [] },
      { name: "cdc-test-read-side", aliases: [] },
    ]);
    expect(withIt?.networks).toEqual([
      { name: "cdc-test", aliases: ["guard"] },
      { name: "cdc-test-monitoring", aliases: ["guard"] },
      { name: "cdc-test-databases", aliases: [] },
      { name: "cdc-test-read-side", aliases: [] },
    ]);
  });
});

describe("Prometheus", () => {
  const planned = whole.monitoring?.prometheus;

  test("is reached on this machine alone, and keeps what it read within its bounds", () => {
    expect(planned).toMatchObject({
      container: "cdc-test-prometheus",
      port: { internal: 9090, host: 9190, ip: "127.0.0.1" },
      volume: "cdc-test-prometheus-data",
      memoryLimitMiB: 512,
    });
    expect(planned?.args).toEqual(
      expect.arrayContaining([
        "--storage.tsdb.retention.time=15d",
        "--storage.tsdb.retention.size=1024MB",
        String.raw`--web.cors.origin=http://127\.0\.0\.1:9190`,
      ]),
    );
    // Nothing can be changed through it.
    expect(planned?.args.join(" ")).not.toMatch(/lifecycle|admin-api|remote-write/);
    const bound = planWith({
      monitoring: { enabled: true, prometheus: { enabled: true, retentionDays: 3, retentionMiB: 64 } },
    });
    expect(bound.monitoring?.prometheus.args).toEqual(
      expect.arrayContaining(["--storage.tsdb.retention.time=3d", "--storage.tsdb.retention.size=64MB"]),
    );
  });

  test("reads the guard by its name in the network that they share, itself and Alertmanager", () => {
    const { files, guard } = filesOf(whole);
    expect(files.map(({ name }) => name)).toEqual(["prometheus.yml", "cdc-test.rules.yml"]);
    expect(files[0]?.content).toMatchObject({
      rule_files: ["cdc-test.rules.yml"],
      scrape_configs: [
        { job_name: "cdc-test", static_configs: [{ targets: ["guard:9108"] }] },
        { job_name: "cdc-test-prometheus", static_configs: [{ targets: ["localhost:9090"] }] },
        { job_name: "cdc-test-alertmanager", static_configs: [{ targets: ["alertmanager:9093"] }] },
      ],
      alerting: { alertmanagers: [{ static_configs: [{ targets: ["alertmanager:9093"] }] }] },
    });
    expect(guard.settings.metrics.hosts).toContain("guard");
    expect(guard.settings.metrics.listensAt).toEqual(["guard.cdc-test", "guard.cdc-test-monitoring"]);
  });

  test("has the rules that are exported", () => {
    const { rules, files, guard } = filesOf(whole);
    const [exported] = exportedFiles("cdc-test", rules, guard, false);
    expect(files[1]).toEqual(exported);
  });

  test("tells nobody, where nobody is named", () => {
    const quiet = planWith({ monitoring: { enabled: true, prometheus } });
    expect(quiet.monitoring?.alertmanager).toBeUndefined();
    expect(JSON.stringify(filesOf(quiet).files[0])).not.toContain("alertmanager");
  });
});

describe("Alertmanager", () => {
  test("publishes no port: its API lets every page in a browser on this machine silence alerts", () => {
    expect(whole.monitoring?.alertmanager).not.toHaveProperty("port");
    expect(plannedPorts(whole)).toContain(9190);
    expect(plannedPorts(whole)).not.toContain(9193);
  });

  test("tells one receiver of everything, whatever name that has", () => {
    const config = alertmanagerConfig({ webhook_configs: [{ url: "https://example.com/x" }] });
    expect(config).toMatchObject({
      route: { receiver: "alertsTo", group_by: ["alertname", "stack", "connector"] },
      receivers: [{ name: "alertsTo", webhook_configs: [{ url: "https://example.com/x" }] }],
    });
  });

  test("is in no plan what it is told", () => {
    expect(JSON.stringify(whole)).not.toContain("v1:x");
  });
});

test("neither is in a network of databases, brokers, workers or the engine", () => {
  for (const one of plannedContainers(whole).filter(({ alias }) => /prometheus|alertmanager/.test(alias)))
    expect(one.networks).toEqual([{ name: "cdc-test-monitoring", aliases: [one.alias] }]);
});

test("what they hold is among what containers are made again on", () => {
  expect(heldVolumes(whole)).toMatchObject({
    "cdc-test-prometheus": { volume: "cdc-test-prometheus-data", isFilledAgain: true },
    "cdc-test-alertmanager": { volume: "cdc-test-alertmanager-data", isFilledAgain: true },
  });
});

describe("a webhook", () => {
  const at = (url: string) => ({ webhook_configs: [{ url }] });

  test.each([
    "http://localhost:9000/tok3n",
    "https://127.0.0.1/tok3n",
    "http://[::1]:8080/tok3n",
    "http://0.0.0.0/tok3n",
  ])("%s is the container itself, and is refused without being shown", (url) => {
    expect(() => withReach(at(url))).toThrow(/CDC-418 cdc:monitoring\.alertsTo: its URL names \S+;/);
    expect(() => withReach(at(url))).not.toThrow(/tok3n/);
  });

  test("CDC-418's way out, an address that containers reach, is taken, as is every other receiver", () => {
    for (const one of [at("http://172.17.0.1:9000/x"), at("https://alerts.example.com"), { slack_configs: [{}] }])
      expect(withReach(one)).toBe(one);
    expect(withReach(undefined)).toBeUndefined();
  });
});
