import { beforeEach, describe, expect, test } from "vitest";
import { CdcPipeline } from "../../components/cdc-pipeline.ts";
import type { AlertsTo } from "../../config/alerts-to.ts";
import { planFrom, stackConfig } from "../support/config.ts";
import { images as present, ownerOf } from "../support/fake-world.ts";
import { inClear, keyOf, register, reveal, type Registered } from "../support/mocks.ts";

const token = "tok3n-of-a-webhook";
const webhook: AlertsTo = { webhook_configs: [{ url: `https://alerts.example.com/${token}` }] };
const prometheus = { enabled: true };
const alertsTo = { secure: "v1:x" };

async function registered(
  monitoring: Record<string, unknown>,
  receiver?: AlertsTo,
  fields: Record<string, unknown> = {},
): Promise<Registered[]> {
  const config = { ...stackConfig("dev"), readSide: { enabled: false }, ...fields, monitoring };
  const plan = planFrom(config, "cdc-test");
  return await register(
    (options) =>
      void new CdcPipeline("pipeline", { owner: ownerOf(plan.stack), plan, images: present, receiver }, options),
  );
}

let resources: Registered[];
const named = (name: string): Registered => {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`no resource ${name} among ${resources.map((r) => r.name).join(", ")}`);
  return found;
};
const uploads = (name: string) =>
  reveal(named(name).inputs["uploads"]) as { file: string; content: string; permissions: string }[];

beforeEach(async () => {
  resources = await registered({ enabled: true, prometheus, alertsTo }, webhook);
});

describe("the Prometheus of the pipeline's own", () => {
  test("is a container like the others: a plain user, without capabilities, on loopback, with data of its own", () => {
    expect(named("prometheus-container").inputs).toMatchObject({
      name: "cdc-test-prometheus",
      image: `sha256:${present.prometheus}`,
      user: "65534:65534",
      ports: [{ internal: 9090, external: 9090, ip: "127.0.0.1" }],
      volumes: [{ volumeName: "cdc-test-prometheus-data", containerPath: "/prometheus" }],
      networksAdvanced: [{ name: "cdc-test-monitoring", aliases: ["prometheus"] }],
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      restart: "unless-stopped",
    });
    expect(named("prometheus-ready").inputs).toMatchObject({ memoryLimitMiB: 512, pidsLimit: 4096 });
  });

  test("finds its configuration and the rules in files, of which every change makes another container", () => {
    const [configuration, rules] = uploads("prometheus-container");
    expect(configuration?.file).toBe("/etc/prometheus/prometheus.yml");
    expect(JSON.parse(configuration?.content ?? "")).toMatchObject({ rule_files: ["cdc-test.rules.yml"] });
    expect(rules?.file).toBe("/etc/prometheus/cdc-test.rules.yml");
    expect(rules?.content).toContain("CdcGuardSilent");
  });
});

describe("Alertmanager", () => {
  test("is not to be reached from this machine", () => {
    expect(named("alertmanager-container").inputs).toMatchObject({
      user: "65534:65534",
      ports: [],
      networksAdvanced: [{ name: "cdc-test-monitoring", aliases: ["alertmanager"] }],
      capabilities: { drops: ["ALL"] },
    });
  });

  test("is told whom to tell in a file that is a secret, and nothing else has any of it", () => {
    expect(uploads("alertmanager-container")).toEqual([
      {
        file: "/etc/alertmanager/alertmanager.yml",
        content: expect.stringContaining(token) as string,
        permissions: "0444",
      },
    ]);
    for (const { name, inputs } of resources) expect(inClear(inputs), name).not.toContain(token);
  });

  test("is left out, with its image, where nobody is told", async () => {
    resources = await registered({ enabled: true, prometheus });
    expect(resources.map(({ name }) => name).join(" ")).not.toContain("alertmanager");
    expect(named("prometheus-container")).toBeDefined();
  });
});

test("switched on it changes nothing but the guard, which Prometheus reads", async () => {
  const before = await registered({ enabled: true });
  const keys = new Set(resources.map(keyOf));
  expect(before.filter((one) => !keys.has(keyOf(one))).map(({ name }) => name)).toEqual(["guard-container"]);
  const known = new Set(before.map(({ type, name }) => `${type} ${name}`));
  expect(
    resources
      .filter(({ type, name }) => !known.has(`${type} ${name}`))
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([
    "alertmanager-container",
    "alertmanager-data",
    "alertmanager-image",
    "alertmanager-ready",
    "monitoring",
    "network-monitoring",
    "prometheus-container",
    "prometheus-data",
    "prometheus-image",
    "prometheus-ready",
  ]);
});

test("another bound is another Prometheus, and another guard, whose page shows it", async () => {
  const monitoring = { enabled: true, prometheus, alertsTo };
  const other = await registered(monitoring, webhook, { maxDelaySeconds: 300 });
  const keys = new Set(other.map(keyOf));
  expect(resources.filter((one) => !keys.has(keyOf(one))).map(({ name }) => name)).toEqual([
    "guard-container",
    "prometheus-container",
  ]);
});
