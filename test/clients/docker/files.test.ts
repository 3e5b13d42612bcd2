import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { firstFileOf } from "../../../clients/docker/files.ts";

describe("a file out of a container", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cdc-tar-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("is the first one in tar's archive", () => {
    writeFileSync(join(folder, "secret"), "debezium.password=abc\n");
    expect(firstFileOf(execFileSync("tar", ["cf", "-", "-C", folder, "secret"]).toString())).toBe(
      "debezium.password=abc\n",
    );
    expect(firstFileOf(execFileSync("tar", ["cf", "-", "-C", folder, "."]).toString())).toBe("debezium.password=abc\n");
  });

  test("is none in an archive without files", () => {
    expect(firstFileOf(execFileSync("tar", ["cf", "-", "-C", folder, "."]).toString())).toBeUndefined();
    expect(firstFileOf("")).toBeUndefined();
  });
});
