import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cdc-boot-"));
  mkdirSync(join(root, "tools", "toolchain"), { recursive: true });
  mkdirSync(join(root, "bin"));
  copyFileSync(
    new URL("../../../tools/toolchain/bootstrap.sh", import.meta.url),
    join(root, "tools", "toolchain", "bootstrap.sh"),
  );
  writeFileSync(join(root, "package.json"), '{"engines": {"node": ">=22.18"}}');
  writeFileSync(join(root, "package-lock.json"), "1");
  for (const tool of ["sh", "dirname", "cat", "cksum", "date", "sed", "head", "mkdir"]) {
    const found = ["/bin", "/usr/bin"].map((folder) => join(folder, tool)).find((file) => existsSync(file));
    if (found === undefined) throw new Error(`${tool} not found`);
    symlinkSync(found, join(root, "bin", tool));
  }
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function program(path: string, script: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, path), 0o755);
}

/** An npm that brings a Node, and notes that it ran. */
const npm = () =>
  program(
    "bin/npm",
    `echo "npm $*" >>ran; mkdir -p node_modules/.bin; printf '#!/bin/sh\\necho "node $*"\\n' >node_modules/.bin/node; /bin/chmod +x node_modules/.bin/node`,
  );

function boot(...args: string[]) {
  return spawnSync(join(root, "tools", "toolchain", "bootstrap.sh"), args, {
    cwd: "/",
    encoding: "utf8",
    env: { PATH: join(root, "bin") },
  });
}

const installs = () =>
  existsSync(join(root, "ran")) ? readFileSync(join(root, "ran"), "utf8").trim().split("\n").length : 0;

test("installs when nothing is there and hands the verb to the Node that came along", () => {
  npm();
  const { status, stdout } = boot("up");
  expect(status).toBe(0);
  expect(stdout).toContain("node tools/make.ts up");
  expect(stdout).toMatch(/npm: installed, \d+ s/);
  expect(readFileSync(join(root, "ran"), "utf8")).toContain("npm ci --ignore-scripts");
});

test("installs again when package.json or package-lock.json changed, and only then", () => {
  npm();
  boot("up");
  boot("up");
  writeFileSync(join(root, "package-lock.json"), "1"); // a new time, the same text
  boot("up");
  expect(installs()).toBe(1);
  writeFileSync(join(root, "package-lock.json"), "2");
  boot("up");
  expect(installs()).toBe(2);
  rmSync(join(root, "node_modules"), { recursive: true });
  boot("up");
  expect(installs()).toBe(3);
});

test("a failed installation is told with what to do, and is tried again next time", () => {
  program("bin/npm", "exit 7");
  const { status, stderr } = boot("up");
  expect(status).toBe(1);
  expect(stderr).toMatch(/error: npm ci failed[\s\S]*what to do:/);
  npm();
  expect(boot("up").status).toBe(0);
});

test("without npm the message says how to get it", () => {
  const { status, stderr } = boot("up");
  expect(status).toBe(1);
  expect(stderr).toContain("apt-get install npm");
});

test("where no Node comes along, an old one on PATH is refused by its version", () => {
  program("bin/npm", "mkdir -p node_modules");
  program("bin/node", '[ "$1" = --version ] && echo v18.19.0 && exit 0; exit 1');
  const { status, stderr } = boot("up");
  expect(status).toBe(1);
  expect(stderr).toContain("Node 22.18 or newer is needed, found: v18.19.0");
});

test("where no Node comes along, a new one on PATH is used", () => {
  program("bin/npm", "mkdir -p node_modules");
  symlinkSync(process.execPath, join(root, "bin", "node"));
  writeFileSync(join(root, "tools", "make.ts"), "console.log(process.argv[2]);");
  const { status, stdout } = boot("up");
  expect(status).toBe(0);
  expect(stdout.trim().split("\n").at(-1)).toBe("up");
});
