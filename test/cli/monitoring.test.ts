import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { monitoringFiles } from "../../cli/monitoring/files.ts";
import { alertRules } from "../../plan/alerts.ts";
import { dashboard } from "../../plan/dashboard.ts";
import { isMonitored } from "../../plan/guard.ts";
import * as stacks from "../../config/stack.ts";
import { readInput } from "../../config/input.ts";
import { planFrom, stackConfig } from "../support/config.ts";
import { inProcess } from "./in-process.ts";

const raw = { ...stackConfig("dev"), portOffset: 1000, monitoring: { enabled: true } };

const written = ["cdc-dev.rules.yml", "cdc-dev.scrape.yml", "cdc-dev.dashboard.json"];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-monitoring-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cdc = async (...args: string[]) => await inProcess(args);

const withMetrics = () =>
  vi.spyOn(stacks, "readStack").mockImplementation(async () => ({ input: readInput(raw, "cdc-dev") }) as never);

test("the files are the rules of the plan, the port on which the guard is reached from here, and the dashboard", () => {
  const plan = planFrom(raw, "cdc-dev");
  if (!isMonitored(plan.guard)) throw new Error("no metrics");
  const rules = alertRules(plan, plan.guard, "dev");
  const [first, second, third] = monitoringFiles("cdc-dev", rules, plan.guard, true);
  expect(first?.name).toBe("cdc-dev.rules.yml");
  expect(parse(first!.text)).toEqual({ groups: [{ name: "cdc-dev", interval: "15s", rules }] });
  expect(second?.name).toBe("cdc-dev.scrape.yml");
  expect(parse(second!.text)).toEqual({
    scrape_configs: [
      { job_name: "cdc-dev", scrape_interval: "15s", static_configs: [{ targets: ["127.0.0.1:10108"] }] },
    ],
  });
  for (const { text } of [first!, second!]) expect(text).toMatch(/^# Written by cdc monitoring export; .*\n\w/);
  expect(third?.name).toBe("cdc-dev.dashboard.json");
  expect(JSON.parse(third!.text)).toEqual(dashboard("cdc-dev", true));
});

test("where the guard wants a login, Prometheus is told who logs in and whom to trust, and no password", () => {
  const plan = planFrom({ ...raw, security: "tls", readSide: { enabled: false } }, "cdc-dev");
  if (!isMonitored(plan.guard)) throw new Error("no metrics");
  const [, scrape] = monitoringFiles("cdc-dev", [], plan.guard, false);
  expect((parse(scrape!.text) as { scrape_configs: unknown[] }).scrape_configs).toEqual([
    {
      job_name: "cdc-dev",
      scrape_interval: "15s",
      static_configs: [{ targets: ["127.0.0.1:10108"] }],
      scheme: "https",
      basic_auth: { username: "cdc", password_file: "cdc-dev.password" },
      tls_config: { ca_file: "cdc-dev.authority.pem" },
    },
  ]);
});

test("a stack without metrics has none to export, and says how it would have", async () => {
  const { code, stderr } = await cdc("monitoring", "export", "--out", folder);
  expect(code).toBe(2);
  expect(stderr).toContain("the stack cdc-dev has no metrics: cdc:monitoring.enabled is false");
  expect(stderr).toContain("set cdc:monitoring.enabled to true");
  expect(readdirSync(folder)).toEqual([]);
});

test("writes all files into a folder that it makes, and once more in their place", async () => {
  withMetrics();
  const out = join(folder, "made", "here");
  for (const _ of [1, 2]) {
    const { code, stdout } = await cdc("monitoring", "export", "--out", out, "--json");
    expect(code).toBeUndefined();
    expect(JSON.parse(stdout)).toEqual({
      files: written.map((name) => join(out, name)),
    });
    expect(readdirSync(out).toSorted()).toEqual(written.toSorted());
  }
  expect(readFileSync(join(out, "cdc-dev.rules.yml"), "utf8")).toContain("alert: CdcGuardSilent");
});

test("a folder that is a file is told with what to do", async () => {
  withMetrics();
  writeFileSync(join(folder, "file"), "");
  const { code, stderr } = await cdc("monitoring", "export", "--out", join(folder, "file"));
  expect(code).toBe(2);
  expect(stderr).toMatch(/file cannot be written to: .*\n.*name another folder with --out/);
});
