import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { checkoutFolder } from "../../../lib/checkout.ts";
import { codeOf, guardEntry, monitoredGuardEntry, searchPageEntry } from "../../../provider/scripts/container-code.ts";

describe("the guard's code in this checkout", () => {
  const { paths, hash } = codeOf(guardEntry);

  it("is its entry, what that imports, and the Kafka client with what that needs", () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        "package.json",
        "apps/guard/main.ts",
        "clients/connect/client.ts",
        "node_modules/@platformatic/kafka",
        "node_modules/ms",
      ]),
    );
    for (const path of paths) expect(existsSync(join(checkoutFolder, path)), path).toBe(true);
    expect(hash).toMatch(/^[0-9a-f]{12}$/);
  });

  it("is neither types, nor tests, nor native modules, nor anything that Pulumi needs", () => {
    expect(paths.filter((path) => /^(plan|config|components|test)\/|@node-rs|@pulumi/.test(path))).toEqual([]);
  });
});

test("only the guard that serves metrics and its page has what these need", () => {
  const [plain, monitored] = [codeOf(guardEntry), codeOf(monitoredGuardEntry)];
  const further = monitored.paths.filter((path) => !plain.paths.includes(path));
  expect(further).toEqual(
    expect.arrayContaining([
      "apps/guard/monitored.ts",
      "apps/guard/page/public/index.html",
      "lib/metrics.ts",
      "node_modules/prom-client",
    ]),
  );
  expect(further.filter((path) => path.startsWith("node_modules/")).toSorted()).toEqual([
    "node_modules/@opentelemetry/api",
    "node_modules/bintrees",
    "node_modules/prom-client",
    "node_modules/tdigest",
    "node_modules/uplot",
  ]);
  expect(plain.paths.filter((path) => !monitored.paths.includes(path))).toEqual(["apps/guard/main.ts"]);
});

test("the page's code in this checkout is its own, with what the browser gets and what asks by HTTP, and no package", () => {
  const { paths } = codeOf(searchPageEntry);
  expect(paths).toEqual(
    expect.arrayContaining([
      "apps/search-page/server.ts",
      "apps/search-page/public/index.html",
      "apps/search-page/public/page.js",
    ]),
  );
  expect(paths.filter((path) => path !== "package.json" && !path.startsWith("apps/search-page/")).toSorted()).toEqual([
    "clients/http.ts",
    "clients/tls.ts",
    "lib/endpoint.ts",
    "lib/log-line.ts",
    "lib/page-files.ts",
    "lib/run.ts",
    "lib/site.ts",
  ]);
});

describe("the guard's code in a made-up checkout", () => {
  let folder: string;
  const files = {
    "package.json": '{"type":"module"}',
    "package-lock.json": JSON.stringify({
      packages: {
        "node_modules/client": {
          version: "1.0.0",
          integrity: "sha512-a",
          dependencies: { deep: "^1.0.0" },
          optionalDependencies: { native: "^1.0.0" },
        },
        "node_modules/client/node_modules/deep": { version: "1.0.0", dependencies: { client: "^1.0.0", top: "^1" } },
        "node_modules/deep": { version: "2.0.0" },
        "node_modules/native": { version: "1.0.0" },
        "node_modules/top": { version: "1.0.0" },
        "node_modules/unused": { version: "1.0.0" },
      },
    }),
    "apps/guard/main.ts": [
      'import { readFile } from "node:fs/promises";',
      'import { Client } from "client/part";',
      "import {",
      "  one,",
      "  two,",
      '} from "../../lib/a.ts";',
      'import type { Plan } from "../../../plan/types.ts";',
      'export { three } from "./b.ts";',
    ].join("\n"),
    "apps/guard/b.ts": 'import "../../lib/a.ts";\n',
    "lib/a.ts": "// Says nothing.\n",
    "plan/types.ts": "export interface Plan {}\n",
    "lib/unused.ts": "",
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cdc-guard-"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("follows imports, but not those of types, and packages to the versions that they get", () => {
    expect(codeOf(guardEntry, folder).paths).toEqual([
      "package.json",
      "apps/guard/main.ts",
      "lib/a.ts",
      "apps/guard/b.ts",
      "node_modules/client",
      "node_modules/client/node_modules/deep",
      "node_modules/top",
    ]);
  });

  it("is the same for the same content elsewhere", () => {
    const copy = `${folder}-copy`;
    try {
      cpSync(folder, copy, { recursive: true });
      expect(codeOf(guardEntry, copy)).toEqual(codeOf(guardEntry, folder));
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it.each<[string, () => void, boolean]>([
    ["a changed byte of a file", () => appendFileSync(join(folder, "lib/a.ts"), "\n"), true],
    [
      "another version of a package",
      () => relock('"version":"1.0.0","dependencies"', '"version":"1.0.1","dependencies"'),
      true,
    ],
    ["other bytes of a package", () => relock("sha512-a", "sha512-b"), true],
    [
      "a package that is not used",
      () => relock('"node_modules/unused":{"version":"1.0.0"}', '"node_modules/unused":{"version":"1.0.1"}'),
      false,
    ],
    ["a file of its folder public", () => addPublic("apps/guard"), true],
    ["a file of a folder public beside what it imports", () => addPublic("lib"), true],
    ["a file of another folder public", () => addPublic("plan"), false],
    ["a changed type", () => appendFileSync(join(folder, "plan/types.ts"), "\n"), false],
    ["a file that is not used", () => appendFileSync(join(folder, "lib/unused.ts"), "\n"), false],
  ])("%s", (_, change, changes) => {
    const before = codeOf(guardEntry, folder).hash;
    change();
    expect(codeOf(guardEntry, folder).hash !== before).toBe(changes);
  });

  it("brings a package whose place is asked for", () => {
    append("lib/a.ts", 'const place = import.meta.resolve("unused");\n');
    expect(codeOf(guardEntry, folder).paths).toContain("node_modules/unused");
  });

  function append(file: string, text: string): void {
    appendFileSync(join(folder, file), text);
  }

  function addPublic(beside: string): void {
    mkdirSync(join(folder, beside, "public"));
    writeFileSync(join(folder, beside, "public", "page.css"), "one");
  }

  function relock(from: string, to: string): void {
    const text = files["package-lock.json"];
    expect(text).toContain(from);
    writeFileSync(join(folder, "package-lock.json"), text.replace(from, to));
  }

  it("names a package that the lock file does not have", () => {
    appendFileSync(join(folder, "apps/guard/b.ts"), 'import x from "missing";\n');
    expect(() => codeOf(guardEntry, folder)).toThrow("package-lock.json has no missing, which a container needs");
  });
});
