/** What the step packs is a whole program; `docker run` is a stand-in that does on this machine what the container would. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..");
/** Programs that take a second on an idle machine. */
const limitMs = 60_000;
vi.setConfig({ testTimeout: 2 * limitMs });

let folder: string;
let volume: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-bring-code-"));
  volume = join(folder, "volume");
  mkdirSync(volume);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the step for a program with a docker of these lines of shell. */
function bring(entry: string, docker: string) {
  const program = join(folder, "docker");
  writeFileSync(program, `#!/bin/bash\n[[ "$1 $2" == "volume inspect" ]] && echo null && exit\n${docker}\n`);
  chmodSync(program, 0o755);
  const env = {
    PATH: `${folder}:${process.env["PATH"]}`,
    CDC_CODE_ENTRY: entry,
    CDC_CODE_VOLUME: "cdc-test-guard-0123",
    CDC_CODE_IMAGE: "node:test",
  };
  return spawnSync(process.execPath, [join(root, "provider", "scripts", "install-code.ts")], {
    env,
    encoding: "utf8",
    timeout: limitMs,
  });
}

/** The last argument is the script, which is for the volume's place in the container. */
const unpacking = () => `script=\${!#}; exec sh -c "\${script//\\/volume/${volume}}"`;

test.each([
  ["apps/guard/main.ts", "guard: CDC_GUARD_SETTINGS is not set"],
  ["apps/search-page/main.ts", "page: CDC_PAGE_SETTINGS is not set"],
])(
  "%s starts from the volume with every module that it needs, and finds nothing of an interrupted run",
  (entry, said) => {
    writeFileSync(join(volume, "left"), "");
    const { status, stderr } = bring(entry, unpacking());
    expect(status, stderr).toBe(0);
    expect(existsSync(join(volume, "left"))).toBe(false);
    const program = spawnSync(process.execPath, [entry], { cwd: volume, env: {}, encoding: "utf8", timeout: limitMs });
    expect(program.stderr).toContain(said);
    expect(program.status).toBe(1);
  },
);

test("a container that fails is told in a line, without a stack trace", () => {
  const { status, stderr } = bring("apps/guard/main.ts", "echo 'No such image: node:test' >&2; exit 125");
  expect(status).toBe(1);
  expect(stderr).toContain("No such image: node:test");
  expect(stderr).toContain("docker run … ended with exit code 125 while it wrote to volume cdc-test-guard-0123");
  expect(stderr).not.toMatch(/\n\s+at /);
});

test("files that changed while they were read, as tar says by exit code 1, are read once more", () => {
  const tar = join(folder, "tar");
  const first = join(folder, "first");
  writeFileSync(
    tar,
    `#!/bin/bash\nif [ "$1" = -cf ] && [ ! -e ${first} ]; then touch ${first}; /bin/tar "$@"; exit 1; fi\nexec /bin/tar "$@"\n`,
  );
  chmodSync(tar, 0o755);
  const { status, stderr } = bring("apps/guard/main.ts", unpacking());
  expect(status, stderr).toBe(0);
  expect(existsSync(first)).toBe(true);
  expect(existsSync(join(volume, "apps", "guard", "main.ts"))).toBe(true);
});
