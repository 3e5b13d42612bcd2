/** The Debian packages of the images: what the locks say, and what is made of what went in. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageRecipes, packagedImage } from "../../../config/packaged-images.ts";
import {
  debianKinds,
  labelPackages,
  lockedPackages,
  packageDifferences,
  packagesLabelOf,
  packageWarning,
  parsePackages,
  writeLocks,
} from "../../../tools/toolchain/images-packages.ts";
import { fakeDocker } from "../../support/fake-docker.ts";

const lock = (kind: string, folder = imageRecipes) => readFileSync(join(folder, kind, "packages.lock"), "utf8");

describe("the locks", () => {
  test.each(debianKinds)("of %s is a line a package, in order, and names no package of the image under it", (kind) => {
    const lines = lock(kind).trimEnd().split("\n");
    for (const line of lines) expect(line).toMatch(/^[a-z0-9][a-z0-9+.-]+=[\w:.+~-]+$/);
    expect(lines).toEqual([...new Set(lines)].toSorted());
    if (kind !== "base") for (const line of lines) expect(lock("base").split("\n")).not.toContain(line);
  });

  test("are what apt is given, before it is asked for anything", () => {
    for (const kind of ["java", "mysql"]) {
      const file = readFileSync(join(imageRecipes, kind, "Dockerfile"), "utf8");
      expect(file.indexOf("/etc/apt/preferences.d/lock")).toBeGreaterThan(0);
      expect(file.indexOf("/etc/apt/preferences.d/lock")).toBeLessThan(file.indexOf("apt-get install"));
    }
  });

  test("with those under them are all that is to be in an image", () => {
    const locked = lockedPackages("mysql");
    expect(locked.get("bash")).toBe(parsePackages(lock("base")).get("bash"));
    expect(locked.get("mysql-server-core")).toMatch(/^9\.7\./);
  });
});

test("every difference is told: another version, a package more, one less", () => {
  const locked = parsePackages("a=1 b=1:2-3 c=1");
  expect(packageDifferences(locked, parsePackages("a=1\nb=1:2-4\nd=1"))).toEqual([
    "b 1:2-3 → 1:2-4",
    "c 1 → (none)",
    "d (none) → 1",
  ]);
  expect(packageDifferences(locked, locked)).toEqual([]);
});

test("what went in is a warning in a line, however much it is; nothing where it is as locked", () => {
  const locked = lockedPackages("base");
  expect(packageWarning("base", locked)).toBeUndefined();
  const moved = new Map([...locked].map(([name, version]) => [name, `${version}+1`]));
  const warning = packageWarning("base", moved) ?? "";
  expect(warning).toMatch(/^(\d+) of \1 Debian packages of base are not those of packages\.lock/);
  expect(warning).toMatch(/, …; `npm run packages` writes those that went in$/);
  expect(warning.length).toBeLessThan(500);
});

describe("with an engine", () => {
  const { says, folder } = fakeDocker();
  let recipes = "";
  beforeEach(() => {
    recipes = mkdtempSync(join(tmpdir(), "cdc-recipes-"));
    cpSync(imageRecipes, recipes, { recursive: true });
  });
  afterEach(() => rmSync(recipes, { recursive: true, force: true }));

  test("an image gets its packages as a label, under the same tag", async () => {
    says(`[ "$1" = run ] && printf 'b=2\\na=1\\n' && exit; echo "$@" >> ${folder()}/calls; cat >> ${folder()}/calls`);
    expect(await labelPackages("x:1")).toEqual(parsePackages("b=2 a=1"));
    expect(readFileSync(join(folder(), "calls"), "utf8")).toBe(
      "build --label cdc.packages=a=1 b=2 --tag x:1 -\nFROM x:1\n",
    );
  });

  test("the locks are written from the labels of the images that are here, each without what is under it", async () => {
    const labels = {
      base: "a=1 b=1",
      java: "a=1 b=1 openjdk=21",
      mysql: "a=1 b=2 mysql=9",
      prometheus: "a=1 b=1 prometheus=3",
      alertmanager: "a=1 b=1",
    };
    const cases = Object.entries(labels).map(
      ([kind, label]) => `*${packagedImage(kind as "base")}) echo '${label}' ;;`,
    );
    says(`case "$*" in *.Id*) echo id ;; ${cases.join(" ")} esac`);
    writeFileSync(join(recipes, "java", "packages.lock"), "openjdk=21\n");
    writeFileSync(join(recipes, "prometheus", "packages.lock"), "prometheus=3\n");
    writeFileSync(join(recipes, "alertmanager", "packages.lock"), "\n");
    expect(await writeLocks(recipes)).toEqual(
      ["base", "mysql"].map((kind) => `wrote ${join(recipes, kind, "packages.lock")}`),
    );
    expect([lock("base", recipes), lock("java", recipes), lock("mysql", recipes)]).toEqual([
      "a=1\nb=1\n",
      "openjdk=21\n",
      // What the image has newer than the one under it is its own.
      "b=2\nmysql=9\n",
    ]);
  });

  test("without the images nothing is written", async () => {
    says("echo 'Error: No such image: x' >&2; exit 1");
    await expect(writeLocks(recipes)).rejects.toThrow(/is not here, or does not tell its packages/);
    expect(lock("base", recipes)).toBe(lock("base"));
  });
});

test("the label is in the order of the lock", () => {
  expect(packagesLabelOf(parsePackages("b=2 a=1"))).toBe("cdc.packages=a=1 b=2");
});
