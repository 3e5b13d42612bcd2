import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isAlive } from "../../../lib/alive.ts";
import { checkoutFolder } from "../../../lib/checkout.ts";
import { createLog } from "../../../tools/toolchain/log.ts";
import { toolchainHash } from "../../../tools/toolchain/pulumi-build.ts";
import { ensurePulumi, oldestCli } from "../../../tools/toolchain/pulumi-cli.ts";
import { fetchCli, npmFolder, pinnedVersion } from "../../../tools/toolchain/pulumi-npm.ts";
import { atLeast } from "../../../tools/toolchain/version.ts";

let folder: string;
let parent: string;
let lines: string[];
const version = await pinnedVersion();
const log = createLog({ write: (text: string) => lines.push(text) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-npm-"));
  parent = join(folder, "toolchain");
  lines = [];
  vi.stubEnv("PATH", `${join(folder, "bin")}:${process.env["PATH"]}`);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function script(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** An npm that brings the package `pulumi` with this run.js, and notes that it ran. */
function npmWith(run: string): void {
  writeFileSync(join(folder, "run.js"), run);
  script(
    join(folder, "bin", "npm"),
    `#!/bin/sh
echo "$*" >>"${folder}/npm-ran"
grep -q '"pulumi": "${version}"' package.json && grep -q integrity package-lock.json || exit 9
mkdir -p node_modules/pulumi && cp "${folder}/run.js" node_modules/pulumi/run.js
`,
  );
}

/** A run.js that puts a CLI where the official one does. */
function bringing(said: string, programs: readonly string[]): string {
  return `
    const { mkdirSync, writeFileSync } = require("node:fs");
    const bin = process.env.PULUMI_HOME + "/versions/" + process.env.PULUMI_VERSION + "/bin";
    mkdirSync(bin, { recursive: true });
    for (const name of ${JSON.stringify(programs)})
      writeFileSync(bin + "/" + name, ${JSON.stringify(`#!/bin/sh\necho ${said}\n`)}, { mode: 0o755 });
  `;
}

const kept = () => (existsSync(parent) ? readdirSync(parent) : []);

test("what the package fetches is kept, and taken from there the next time", async () => {
  npmWith(bringing(`v${version}`, ["pulumi", "pulumi-language-nodejs"]));
  const first = await fetchCli(log, "no pulumi on PATH", { parent });
  expect(first).toBeDefined();
  expect(readdirSync(first!.bin).toSorted()).toEqual(["pulumi", "pulumi-language-nodejs"]);
  expect(first!.bin.startsWith(first!.home)).toBe(true);
  expect(lines.join("")).toContain(`no pulumi on PATH, so the official CLI ${version} is fetched`);
  expect(await fetchCli(log, "no pulumi on PATH", { parent })).toEqual(first);
  expect(readFileSync(join(folder, "npm-ran"), "utf8").trim().split("\n")).toHaveLength(1);
  expect(kept()).toHaveLength(1);
});

test.each([
  [
    "fetches nothing",
    'console.error("Downloading");console.error("pulumi: fetch failed"); process.exit(1)',
    "fetch failed",
  ],
  ["brings another version", bringing("v3.1.0", ["pulumi", "pulumi-language-nodejs"]), `no pulumi ${version}`],
  ["brings no language host", bringing(`v${version}`, ["pulumi"]), "without its language host"],
  ["brings nothing", "", `no pulumi ${version}`],
])("a package that %s is told in a line, and leaves nothing behind", async (_, run, told) => {
  npmWith(run);
  expect(await fetchCli(log, "no pulumi on PATH", { parent })).toBeUndefined();
  expect(lines.at(-1)).toMatch(/cannot be fetched here \(.*\)\n$/);
  expect(lines.at(-1)).toContain(told);
  expect(kept()).toEqual([]);
});

test("a registry that refuses the package is told in a line", async () => {
  script(join(folder, "bin", "npm"), "#!/bin/sh\necho 'npm error 403 Forbidden' >&2\nexit 1\n");
  expect(await fetchCli(log, "no pulumi on PATH", { parent })).toBeUndefined();
  expect(lines.at(-1)).toContain("npm error 403 Forbidden");
  expect(kept()).toEqual([]);
});

test("a download that hangs is ended in time, with the shell that the package started", async () => {
  const pidFile = join(folder, "pid");
  npmWith(
    `require("node:child_process").execFileSync("/bin/sh", ["-c", "echo $$ >${pidFile}; sleep 600; true"], { stdio: "inherit" })`,
  );
  expect(await fetchCli(log, "no pulumi on PATH", { parent, limitMs: 4000 })).toBeUndefined();
  expect(lines.at(-1)).toContain("not within 4 s");
  const pid = Number(readFileSync(pidFile, "utf8"));
  expect(pid).toBeGreaterThan(1);
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 60_000 });
  expect(kept()).toEqual([]);
});

describe("the order", () => {
  /** A machine with a shell, an npm and a Go that is too old for the build, and nothing of Pulumi. */
  beforeEach(() => {
    for (const tool of ["sh", "cp", "grep", "mkdir", "touch"]) {
      const found = ["/bin", "/usr/bin"].map((place) => join(place, tool)).find((file) => existsSync(file));
      if (found === undefined) throw new Error(`${tool} not found`);
      mkdirSync(join(folder, "bin"), { recursive: true });
      symlinkSync(found, join(folder, "bin", tool));
    }
    script(join(folder, "bin", "go"), "#!/bin/sh\necho go1.20\n");
    vi.stubEnv("PATH", join(folder, "bin"));
    vi.stubEnv("CDC_CACHE_DIR", folder);
    vi.stubEnv("PULUMI_HOME", undefined);
  });

  test("a toolchain that was built before is taken without a question to npm", async () => {
    npmWith(bringing(`v${version}`, ["pulumi", "pulumi-language-nodejs"]));
    const built = join(parent, await toolchainHash());
    mkdirSync(join(built, "bin"), { recursive: true });
    expect(await ensurePulumi(log)).toEqual({ binDir: join(built, "bin"), home: join(built, "home") });
    expect(existsSync(join(folder, "npm-ran"))).toBe(false);
  });

  test("a CLI that was fetched installs the plugins into its own home", async () => {
    npmWith(
      bringing(`v${version}; [ "$1" = version ] || touch "$PULUMI_HOME/$4-$5"`, ["pulumi", "pulumi-language-nodejs"]),
    );
    const { binDir, home } = await ensurePulumi(log);
    expect(binDir).toMatch(/^.+\/toolchain\/npm-.+\/bin$/);
    expect(binDir?.startsWith(`${home}/`)).toBe(true);
    const { dependencies } = JSON.parse(readFileSync(join(checkoutFolder, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    expect(readdirSync(home!)).toEqual(
      expect.arrayContaining(["docker", "mysql"].map((name) => `${name}-${dependencies[`@pulumi/${name}`]}`)),
    );
  });

  test("where nothing is fetched, the build is next", async () => {
    npmWith("process.exit(1)");
    await expect(ensurePulumi(log)).rejects.toThrow(/go is go1\.20, the build needs/);
    expect(lines.join("")).toContain("cannot be fetched here");
  });
});

test("package.json and the lock file pin the same exact version, which the program can use", () => {
  const lock = JSON.parse(readFileSync(join(npmFolder, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version?: string; integrity?: string; resolved?: string }>;
  };
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(lock.packages["node_modules/pulumi"]).toMatchObject({ version, integrity: expect.stringMatching(/^sha512-/) });
  expect(lock.packages["node_modules/pulumi"]?.resolved).toBeUndefined();
  expect(atLeast(version, oldestCli)).toBe(true);
});
