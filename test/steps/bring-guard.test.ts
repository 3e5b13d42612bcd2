/** What the step packs is a whole program; `docker run` is a stand-in that does on this machine what the container would. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const root = join(import.meta.dirname, "..", "..");
/** Programs that take a second on an idle machine. */
const limitMs = 60_000;
vi.setConfig({ testTimeout: 2 * limitMs });

let folder: string;
let volume: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-bring-guard-"));
  volume = join(folder, "volume");
  mkdirSync(volume);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the step with a docker of these lines of shell. */
function bring(docker: string) {
  const program = join(folder, "docker");
  writeFileSync(program, `#!/bin/bash\n${docker}\n`);
  chmodSync(program, 0o755);
  const env = {
    PATH: `${folder}:${process.env["PATH"]}`,
    CDC_GUARD_VOLUME: "cdc-test-guard-0123",
    CDC_GUARD_IMAGE: "node:test",
  };
  return spawnSync(process.execPath, [join(root, "steps", "bring-guard.ts")], {
    env,
    encoding: "utf8",
    timeout: limitMs,
  });
}

/** The last argument is the script, which is for the volume's place in the container. */
const unpacking = () => `script=\${!#}; exec sh -c "\${script//\\/volume/${volume}}"`;

test("the volume holds a guard that starts, with every module that it needs, and nothing of an interrupted run", () => {
  writeFileSync(join(volume, "left"), "");
  const { status, stderr } = bring(unpacking());
  expect(status, stderr).toBe(0);
  expect(existsSync(join(volume, "left"))).toBe(false);
  const guard = spawnSync(process.execPath, ["guard/main.ts"], {
    cwd: volume,
    env: {},
    encoding: "utf8",
    timeout: limitMs,
  });
  expect(guard.stderr).toContain("guard: CDC_GUARD_SETTINGS is not set");
  expect(guard.status).toBe(1);
});

test("a container that fails is told in a line, without a stack trace", () => {
  const { status, stderr } = bring("echo 'No such image: node:test' >&2; exit 125");
  expect(status).toBe(1);
  expect(stderr).toContain("No such image: node:test");
  expect(stderr).toContain("docker run … ended with exit code 125 while it wrote to volume cdc-test-guard-0123");
  expect(stderr).not.toMatch(/\n\s+at /);
});
