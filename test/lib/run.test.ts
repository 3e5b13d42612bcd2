import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheDir, run, ToolError, UserError } from "../../lib/run.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-run-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function failure(promise: Promise<unknown>): Promise<ToolError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ToolError)) throw new Error("expected a ToolError", { cause: error });
  return error;
}

describe("run", () => {
  it("gives back the whole stdout and hands over arguments as they are", async () => {
    expect(await run("printf", ["%s|", "a b", "$HOME", "*"])).toEqual({ stdout: "a b|$HOME|*|" });
  });

  it("takes a folder, variables and input", async () => {
    const { stdout } = await run("bash", ["-c", "pwd; echo $GIVEN-${HOME-none}; cat"], {
      cwd: folder,
      env: { GIVEN: "x", HOME: undefined },
      input: "typed",
    });
    expect(stdout).toBe(`${folder}\nx-none\ntyped`);
  });

  it("survives a program that does not read its input", async () => {
    await expect(run("true", [], { input: "x".repeat(1_000_000) })).resolves.toEqual({ stdout: "" });
  });

  it("passes on lines of both streams, also the last without a line break", async () => {
    const lines: string[] = [];
    await run("bash", ["-c", "echo one; echo two >&2; printf 'thr'; sleep 0.05; printf 'ee ü'"], {
      onLine: (line) => lines.push(line),
    });
    expect(lines.toSorted()).toEqual(["one", "three ü", "two"]);
  });

  it("appends the output to a log file", async () => {
    const logFile = join(folder, "log");
    await run("bash", ["-c", "echo one; echo two >&2"], { logFile });
    await failure(run("bash", ["-c", "echo three; exit 1"], { logFile }));
    const log = readFileSync(logFile, "utf8");
    expect(log).toHaveLength("one\ntwo\nthree\n".length);
    expect(log).toMatch(/three\n$/);
  });

  it("fails with the exit code, the last lines of stderr and the remedy", async () => {
    const error = await failure(run("bash", ["-c", "seq 1 9 >&2; exit 3"], { remedy: "Do it better." }));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe("bash failed with exit code 3: 5\n6\n7\n8\n9");
    expect(error).toMatchObject({ command: "bash", exitCode: 3, notFound: false, remedy: "Do it better." });
  });

  it("says when the program is not there", async () => {
    const error = await failure(run("no-such-program", []));
    expect(error.message).toBe("no-such-program not found");
    expect(error).toMatchObject({ notFound: true, remedy: "Install no-such-program and try again." });
  });

  it("says when a signal ended it", async () => {
    const error = await failure(run("bash", ["-c", "kill -KILL $$"]));
    expect(error.message).toBe("bash ended by SIGKILL");
    expect(error.exitCode).toBeUndefined();
  });

  it("ends a program that takes too long", async () => {
    const error = await failure(run("sleep", ["20"], { timeoutMs: 50 }));
    expect(error.message).toBe("sleep ended by SIGKILL");
  });

  it("does not take a missing folder for a missing program", async () => {
    const error = await run("true", [], { cwd: join(folder, "none") }).catch((reason: unknown) => reason);
    expect(String(error)).toContain(join(folder, "none"));
  });

  it("fails when the log cannot be written", async () => {
    await expect(run("sleep", ["0.2"], { logFile: join(folder, "none", "log") })).rejects.toThrow("ENOENT");
  });
});

describe("cacheDir", () => {
  it.each([
    [{ CDC_CACHE_DIR: "/c", XDG_CACHE_HOME: "/x" }, "/c"],
    [{ XDG_CACHE_HOME: "/x" }, "/x/cdc-pipeline"],
    [{ CDC_CACHE_DIR: "", XDG_CACHE_HOME: "/x" }, "/x/cdc-pipeline"],
  ])("of %j is %s", (env, expected) => {
    expect(cacheDir(env)).toBe(expected);
  });
});
