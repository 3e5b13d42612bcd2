import { appendFileSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { codeHash, sinkPlugin, sourcesOf } from "../../../provider/scripts/plugin-code.ts";

let sink: string;

beforeEach(() => {
  sink = mkdtempSync(join(tmpdir(), "cdc-sink-code-"));
  cpSync(join(sourcesOf(sinkPlugin), "pom.xml"), join(sink, "pom.xml"));
  cpSync(join(sourcesOf(sinkPlugin), "src", "main"), join(sink, "src", "main"), { recursive: true });
});
afterEach(() => rmSync(sink, { recursive: true, force: true }));

test("is the same for the same sources elsewhere: 12 hex digits", () => {
  expect(codeHash(sink)).toMatch(/^[0-9a-f]{12}$/);
  expect(codeHash(sink)).toBe(codeHash(sourcesOf(sinkPlugin)));
});

const java = "src/main/java/cdc/sink";
test.each<[string, boolean, () => void]>([
  ["a changed source", true, () => appendFileSync(join(sink, java, "SinkConfig.java"), "\n")],
  ["a new source", true, () => writeFileSync(join(sink, java, "New.java"), "")],
  ["a renamed source", true, () => renameSync(join(sink, java, "SinkConfig.java"), join(sink, java, "Other.java"))],
  ["another dependency", true, () => appendFileSync(join(sink, "pom.xml"), "\n")],
  ["a changed resource", true, () => appendFileSync(join(sink, "src/main/assembly/plugin.xml"), "\n")],
  [
    "tests, what a build leaves, and times",
    false,
    () => {
      for (const folder of ["src/test/java", "target"]) mkdirSync(join(sink, folder), { recursive: true });
      writeFileSync(join(sink, "src/test/java/SomeTest.java"), "");
      writeFileSync(join(sink, "target/some.jar"), "");
      utimesSync(join(sink, "pom.xml"), 1, 1);
    },
  ],
])("%s: another hash is %s", (_what, changes, change) => {
  const before = codeHash(sink);
  change();
  expect(codeHash(sink) !== before).toBe(changes);
});
