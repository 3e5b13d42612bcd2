/** The Grafana dashboard that `cdc monitoring export` writes: every query of every panel, asked of a Prometheus that reads a running stack. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PrometheusClient } from "../../clients/prometheus.ts";
import type { Dashboard } from "../../plan/dashboard.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, namesOwnedBy } from "./support/checkout.ts";
import { succeeded } from "./support/results.ts";
import { limitMs, until } from "./support/until.ts";

const portOffset = 30_500;
const checkout = new Checkout("e2e-m2-dashboards");
const prometheus = new PrometheusClient({ url: `http://127.0.0.1:${9090 + portOffset}` }, limitMs);

beforeAll(async () => {
  await checkout.create({
    portOffset,
    shards: [{ name: "shard0", port: 3308 }],
    readSide: { enabled: true, page: { enabled: false } },
    monitoring: { enabled: true, prometheus: { enabled: true } },
  });
  succeeded(await checkout.make("up"));
});
afterAll(async () => await checkout.remove());

test("every query of every panel returns data", async () => {
  // What a comparison found is told once there was one.
  succeeded(await cdc(checkout, "reconcile"));
  const out = join(checkout.folder, "exported");
  succeeded(await cdc(checkout, "monitoring", "export", "--out", out));
  const { panels } = JSON.parse(await readFile(join(out, `${checkout.prefix}.dashboard.json`), "utf8")) as Dashboard;
  const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
  expect(queries.length).toBeGreaterThan(10);
  const empty = async () => {
    const values = await Promise.all(
      queries.map(async (query) => ({ ...query, value: await prometheus.value(query.expr) })),
    );
    return values.filter(({ value }) => value === undefined || Number.isNaN(value));
  };
  await until("no panel is empty", empty, (panelsLeft) => panelsLeft.length === 0, 2000);
});

test("down leaves nothing", async () => {
  succeeded(await checkout.make("down"));
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
});
