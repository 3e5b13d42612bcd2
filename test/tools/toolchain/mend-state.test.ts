import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLog } from "../../../tools/toolchain/log.ts";
import { mendState } from "../../../tools/toolchain/mend-state.ts";

let folder: string;
let file: string;
let said: string;
const log = createLog({ write: (text) => (said += text) });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-state-"));
  file = join(folder, "dev.json");
  said = "";
});
afterEach(() => rmSync(folder, { recursive: true }));

const state = (what: string) => JSON.stringify({ version: 3, checkpoint: { stack: what } });

test.each([
  ["empty", ""],
  ["cut off", state("new").slice(0, 20)],
  ["of zeros, as a machine that was switched off leaves it", "\0\0\0\0"],
])("a state that is %s is taken from Pulumi's copy, and that is said", async (_what, text) => {
  writeFileSync(file, text);
  writeFileSync(`${file}.bak`, state("old"));
  await mendState(log, "dev", file);
  expect(readFileSync(file, "utf8")).toBe(state("old"));
  expect(readFileSync(`${file}.unreadable`, "utf8")).toBe(text);
  expect(said).toMatch(/state of dev was cut off while it was written; took Pulumi's copy/);
});

test("a state that can be read stays, and where there is none none is made of the copy of a stack that was removed", async () => {
  writeFileSync(`${file}.bak`, state("old"));
  await mendState(log, "dev", file);
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, state("new"));
  await mendState(log, "dev", file);
  expect(readFileSync(file, "utf8")).toBe(state("new"));
  expect(said).toBe("");
});

test("without a copy that can be read it is said what cannot be read, and what is left to do", async () => {
  writeFileSync(file, "");
  await expect(mendState(log, "dev", file)).rejects.toMatchObject({
    message: expect.stringContaining(file) as string,
    remedy: expect.stringContaining("FORCE=1 down") as string,
  });
  writeFileSync(`${file}.bak`, "{");
  await expect(mendState(log, "dev", file)).rejects.toThrow(/nor Pulumi's copy/);
  expect(readFileSync(file, "utf8")).toBe("");
});

test.each(["", '{"user.cache_control":'])(
  "attributes that were cut off (%j), over which Pulumi says EOF, are removed: the state beside them is whole",
  async (attributes) => {
    for (const one of [file, `${file}.bak`]) {
      writeFileSync(one, state("new"));
      writeFileSync(`${one}.attrs`, attributes);
    }
    await mendState(log, "dev", file);
    expect([existsSync(`${file}.attrs`), existsSync(`${file}.bak.attrs`)]).toEqual([false, false]);
    expect(readFileSync(file, "utf8")).toBe(state("new"));
    expect(said).toMatch(/attributes of dev\.json were cut off/);
    writeFileSync(`${file}.attrs`, '{"md5":"x"}');
    await mendState(log, "dev", file);
    expect(existsSync(`${file}.attrs`)).toBe(true);
  },
);
