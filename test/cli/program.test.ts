import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProgram } from "../../cli/main.ts";
import { inProcess } from "./in-process.ts";

const launcher = join(import.meta.dirname, "..", "..", "bin", "cdc");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the launcher as a shell would, from another folder. */
async function cdc(args: readonly string[], options: { file?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
  const env = { PATH: process.env["PATH"], ...options.env };
  return await new Promise((resolve) => {
    execFile(
      options.file ?? launcher,
      [...args],
      { cwd: tmpdir(), env, timeout: timeoutMs },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 99), stdout, stderr });
      },
    );
  });
}

/** Three processes, on a machine that does other things as well. */
const timeoutMs = 60_000;

beforeEach(() => {
  vi.stubEnv("STACK", undefined);
});

describe("the help", () => {
  const program = createProgram();
  const visible = program.createHelp().visibleCommands(program);
  test("has every command, in groups", () => {
    const help = program.helpInformation();
    for (const { name, summary } of visible.map((one) => ({ name: one.name(), summary: one.summary() }))) {
      expect(help).toMatch(new RegExp(`^  ${name}\\b`, "m"));
      expect(summary, name).not.toBe("");
    }
    expect(visible.map((one) => one.name())).toEqual([
      "status",
      "topics",
      "graph",
      "events",
      "logs",
      "verify",
      "tail",
      "snapshot",
      "doctor",
      "dlq",
      "reconcile",
      "reindex",
      "pause",
      "resume",
      "restart",
      "stop",
      "offsets",
      "log-level",
      "check-server",
      "acls",
      "monitoring",
      "completion",
    ]);
  });

  test("and docs/cli.md tells of every command", () => {
    const page = readFileSync(join(launcher, "..", "..", "docs", "cli.md"), "utf8");
    for (const command of visible) expect(page).toMatch(new RegExp(`\`(cdc )?${command.name()}\\b`));
  });

  test.each(visible.map((command) => [command.name(), command] as const))(
    "of %s says what it answers",
    (_, command) => {
      expect(command.description().length).toBeGreaterThan(40);
      expect(command.helpInformation()).toContain("--json");
    },
  );
});

describe("as it is called", { timeout: timeoutMs }, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cdc-bin-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("help is no failure, no command is one", async () => {
    const [asked, none] = await Promise.all([cdc(["--help"]), cdc([])]);
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    expect(asked.stdout).toContain("Exit codes:");
    expect(none.code).toBe(2);
  });

  test("the version is that of package.json", async () => {
    const { version } = JSON.parse(readFileSync(join(launcher, "..", "..", "package.json"), "utf8")) as {
      version: string;
    };
    const answer = await cdc(["--version"]);
    expect(answer).toMatchObject({ code: 0, stderr: "" });
    expect(answer.stdout).toMatch(/^cdc \d+\.\d+\.\d+ \(Node \d+\.\d+\.\d+\)\n$/);
    expect(answer.stdout).toContain(`cdc ${version} `);
  });

  test("through a chain of links, one of them relative", async () => {
    symlinkSync(launcher, join(folder, "first"));
    symlinkSync("first", join(folder, "second"));
    expect(await cdc(["graph"], { file: join(folder, "second") })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^flowchart LR\n/),
    });
  });
});

test.each([
  ["an unknown command", ["bogus"], "unknown command 'bogus'"],
  ["an unknown option", ["status", "--bogus"], "unknown option '--bogus'"],
  ["a level that is none", ["log-level", "a", "LOUD"], "Allowed choices are ERROR"],
  ["a pause that is none", ["status", "--watch", "never"], "seconds from 0.5 to 3600 are allowed"],
  ["an unknown shard", ["pause", "shard9"], "there is no shard shard9"],
  ["no shard", ["pause"], "no connector to pause"],
  ["shards and all", ["stop", "shard0", "--all"], "--all and names of shards"],
  ["no dead letter", ["dlq", "replay"], "no dead letter is named"],
  ["dead letters and all", ["dlq", "discard", "3", "--all"], "--all and offsets"],
  ["an offset that is none", ["dlq", "replay", "x"], "offsets are whole numbers from 0 on"],
  ["no read side", ["dlq", "list", "--stack", "orders"], "has no read side"],
  ["an unknown component", ["logs", "zookeeper"], "there is no component zookeeper"],
  ["an unknown stack", ["graph", "--stack", "nope"], "there is no Pulumi.nope.yaml"],
  ["a stack that is no name", ["graph", "--stack", "../x"], '"../x" is no name for a stack'],
  ["a server without an account", ["check-server", "--host", "db1"], "required option '--user <name>'"],
  ["a port that is none", ["check-server", "--port", "70000"], "from 1 to 65535"],
  ["an id that is none", ["check-server", "--server-id", "0"], "from 1 to 4294967295"],
  [
    "an authority that is not there",
    ["check-server", "--host", "db1", "--user", "x", "--time-zone", "UTC", "--database", "a", "--ca", "no.pem"],
    "--ca no.pem cannot be read",
  ],
  [
    "an authority without a certificate",
    ["check-server", "--host", "db1", "--user", "x", "--time-zone", "UTC", "--database", "a", "--ca", "README.md"],
    "--ca README.md has no certificate",
  ],
  [
    "a zone that is none",
    ["check-server", "--host", "db1", "--user", "x", "--time-zone", "KST", "--database", "a"],
    "did you mean Asia/Seoul?",
  ],
])("%s is wrong usage, told in two lines", async (_, args, message) => {
  const { code, stderr } = await inProcess(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/\n {2}what to do: .+$/);
});

test("a server that cannot be asked is told with its code, and is not called incapable of being captured", async () => {
  const server = ["--host", "127.0.0.1", "--port", "1", "--user", "x", "--time-zone", "UTC", "--database", "a", "b"];
  const text = await inProcess(["check-server", ...server]);
  expect(text).toMatchObject({ code: 3, stdout: expect.stringContaining("CDC-711") as string });
  const json = await inProcess(["--json", "check-server", ...server]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    server: "127.0.0.1:1",
    canBeCaptured: null,
    problems: [{ code: "CDC-711" }],
  });
});

test("errors are JSON where that is asked for", async () => {
  const { code, stderr } = await inProcess(["--json", "pause", "shard9"]);
  expect(code).toBe(2);
  expect(JSON.parse(stderr)).toEqual({
    error: {
      message: "there is no shard shard9 in stack cdc-dev",
      whatToDo: "name one of: shard0, shard1, shard2, read-side-sink",
    },
  });
});

test("the stack comes from the option, the environment, or is dev", async () => {
  const graph = async (...args: string[]) =>
    (JSON.parse((await inProcess(["graph", "--json", ...args])).stdout) as { title: string }).title;
  expect(await graph()).toBe("cdc-dev");
  vi.stubEnv("STACK", "orders");
  expect(await graph()).toBe("cdc-orders");
  expect(await graph("--stack", "merged")).toBe("cdc-merged");
});
