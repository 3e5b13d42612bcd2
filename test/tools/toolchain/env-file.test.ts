import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { shellQuoted, shellWord } from "../../../lib/shell.ts";
import { applied, readVariable, renderEnvFile, type EnvFile } from "../../../tools/toolchain/env-file.ts";
import { usersOwn } from "../../../tools/toolchain/places.ts";

const envFile: EnvFile = {
  path: ["/check out/node_modules/.bin", "/it's/bin"],
  variables: { PULUMI_BACKEND_URL: "file:///check out/.cdc/state", ODD: `$HOME "quoted" 'single' \\ back` },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-env-"));
  writeFileSync(join(folder, "env"), renderEnvFile(envFile));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a script in a real shell, in the folder that holds the file. */
const shell = (script: string) =>
  execFileSync("/bin/sh", ["-eu", "-c", script], { cwd: folder, encoding: "utf8", env: { PATH: "/usr/bin:/bin" } });

describe("the file, read by a real shell", () => {
  const show = `printf '%s|%s|%s' "$PATH" "$PULUMI_BACKEND_URL" "$ODD"`;
  const expected = ["/check out/node_modules/.bin:/it's/bin:/usr/bin:/bin", ...Object.values(envFile.variables)].join(
    "|",
  );

  test("sets path and variables to the very values", () => {
    expect(shell(`. ./env; ${show}`)).toBe(expected);
  });

  test("read twice changes nothing more", () => {
    expect(shell(`. ./env; . ./env; ${show}`)).toBe(expected);
  });

  test("hands the values on to child processes", () => {
    expect(shell(`. ./env; env`)).toContain(`PULUMI_BACKEND_URL=${envFile.variables["PULUMI_BACKEND_URL"]}`);
  });
});

test("a value is read back out of the text", () => {
  const text = renderEnvFile({ path: [], variables: { CDC_IMAGES: "packages", NAME: "it's" } });
  expect(readVariable(text, "CDC_IMAGES")).toBe("packages");
  expect(readVariable(text, "NAME")).toBe("it's");
  expect(readVariable(text, "OTHER")).toBeUndefined();
  expect([shellWord("/a-b/c_1.x"), shellWord("/a b"), shellWord("~x")]).toEqual(["/a-b/c_1.x", "'/a b'", "'~x'"]);
  expect(shellQuoted("a'b")).toBe(String.raw`'a'\''b'`);
});

test("a child process gets the same, with each folder once on PATH", () => {
  const env = applied(envFile, { PATH: "/it's/bin:/usr/bin", HOME: "/root" });
  expect(env["PATH"]).toBe("/check out/node_modules/.bin:/it's/bin:/usr/bin");
  expect(env["HOME"]).toBe("/root");
  expect(env["ODD"]).toBe(envFile.variables["ODD"]);
});

describe("usersOwn", () => {
  const home = { CDC_CACHE_DIR: "/cache" };
  const cache = "/cache/toolchain/abc";

  test("takes out what an env file of any checkout set", () => {
    const sourced = {
      ...home,
      PATH: `/c/node_modules/.bin:${cache}/bin:/usr/bin`,
      PULUMI_HOME: `${cache}/home`,
      PULUMI_BACKEND_URL: "file:///elsewhere/.cdc/state",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/elsewhere/.cdc/passphrase",
      CDC_IMAGES: "packages",
    };
    expect(usersOwn(sourced)).toEqual({ ...home, PATH: "/c/node_modules/.bin:/usr/bin", CDC_IMAGES: "packages" });
  });

  test("leaves what the user set", () => {
    const users = {
      ...home,
      PATH: "/opt/pulumi:/usr/bin",
      PULUMI_HOME: "/home/me/.pulumi",
      PULUMI_BACKEND_URL: "s3://states",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/home/me/phrase",
    };
    expect(usersOwn(users)).toEqual(users);
  });
});
