import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { differences, sha256Of } from "../../lib/checksums.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "cdc-checksums-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const write = (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
};

it("sha256Of is that of the bytes", async () => {
  write({ a: "방수" });
  expect(await sha256Of(join(folder, "a"))).toBe(sha256("방수"));
});

describe("differences", () => {
  const list = `${sha256("a")}  a.jar\n${sha256("b")}  b.jar\n`;

  it("finds none in exactly the files of the list", async () => {
    write({ "a.jar": "a", "b.jar": "b" });
    expect(await differences(folder, list)).toEqual([]);
  });

  it("finds what is there where nothing is listed", async () => {
    expect(await differences(folder, "")).toEqual([]);
    write({ "a.jar": "a" });
    expect(await differences(folder, "")).toEqual(["a.jar is not listed"]);
  });

  it("finds other bytes, missing and unlisted files", async () => {
    write({ "a.jar": "A", "c.jar": "c" });
    expect(await differences(folder, list)).toEqual([
      `a.jar has sha256 ${sha256("A")}, listed is ${sha256("a")}`,
      "b.jar is missing",
      "c.jar is not listed",
    ]);
  });
});
