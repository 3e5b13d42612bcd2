import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GuardState } from "../../../lib/guard-state.ts";
import type { GuardSettings } from "../../../plan/types.ts";
import { settings as monitored } from "./metrics/fixture.ts";

const programs = join(import.meta.dirname, "..", "..", "..", "apps", "guard");

let folder: string;
let child: ChildProcess | undefined;
let output = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdc-guard-"));
  output = "";
});
afterEach(async () => {
  child?.kill("SIGKILL");
  child = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function settings(): Promise<GuardSettings> {
  const [worker, broker] = [await deadPort(), await deadPort()];
  return {
    connectUrls: [`http://127.0.0.1:${worker}`],
    bootstrap: `127.0.0.1:${broker}`,
    checkSeconds: 0.1,
    stallSeconds: 5,
    restartAfterSeconds: [0],
  };
}

function begin(
  given: string | undefined,
  program = "main.ts",
): Promise<{ code: number | null; signal: string | null }> {
  const { CDC_GUARD_SETTINGS: _, ...env } = process.env;
  child = spawn(process.execPath, [join(programs, program)], {
    env: { ...env, TMPDIR: folder, ...(given === undefined ? {} : { CDC_GUARD_SETTINGS: given }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk) => (output += String(chunk)));
  return new Promise((resolve) => child!.once("close", (code, signal) => resolve({ code, signal })));
}

async function state(): Promise<GuardState> {
  return JSON.parse(await readFile(join(folder, "guard.json"), "utf8")) as GuardState;
}

describe("the guard's process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "checks on while nothing answers, and ends with %s at once",
    async (signal) => {
      const ended = begin(JSON.stringify(await settings()));
      await expect
        .poll(async () => (await state()).error, { timeout: 10_000 })
        .toMatch(/^no answer from Kafka Connect at .*ECONNREFUSED/);
      const { checkedAt } = await state();
      await expect.poll(async () => (await state()).checkedAt, { timeout: 10_000 }).not.toBe(checkedAt);
      child!.kill(signal);
      expect(await ended).toEqual({ code: 0, signal: null });
      const lines = output.trim().split("\n");
      expect(lines).toHaveLength(3);
      expect(lines[0]).toMatch(
        /^20..-..-..T..:..:..\....Z INFO  guard: looks at http:\/\/127\.0\.0\.1:\d+ every 0\.1 s; /,
      );
      expect(lines[1]).toContain("ERROR guard: no answer from Kafka Connect");
      expect(lines[2]).toContain(`guard: ended by ${signal}`);
    },
    30_000,
  );

  it("serves metrics and its page, as the other program, while nothing else answers", async () => {
    const port = await deadPort();
    const metrics = { port, listensAt: ["127.0.0.1"], hosts: ["127.0.0.1"], silentSeconds: 65 };
    const ended = begin(
      JSON.stringify({ ...(await settings()), metrics, asks: monitored.asks, page: monitored.page }),
      "monitored.ts",
    );
    const ask = async (path = "/metrics") =>
      await fetch(`http://127.0.0.1:${port}${path}`).then(
        async (response) => await response.text(),
        () => "",
      );
    await expect.poll(async () => await ask(), { timeout: 30_000 }).toContain("\ncdc_guard_last_check_complete 0\n");
    expect(await ask()).not.toContain("cdc_connector");
    expect(JSON.parse(await ask("/api/state"))).toMatchObject({
      worker: "silent",
      error: expect.stringContaining("no answer from Kafka Connect"),
      told: expect.arrayContaining([expect.objectContaining({ text: expect.stringContaining("guard: looks at ") })]),
    });
    expect(await ask("/")).toContain("<!doctype html>");
    child!.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(output).toContain(`INFO  guard: serves its page and /metrics at 127.0.0.1, port ${port}\n`);
  }, 60_000);

  it("was not made by up, and says so", async () => {
    expect(await begin(undefined)).toEqual({ code: 1, signal: null });
    expect(output.trim()).toMatch(/^20\S+Z ERROR guard: CDC_GUARD_SETTINGS is not set.*; what to do: /);
  });
});
