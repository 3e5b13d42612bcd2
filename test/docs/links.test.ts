/** What Markdown points at is there: linked files and headings, and the files and folders that are named in `code`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const passedOver = new Set(["node_modules", ".git", ".cdc", "target", "test-results", "results"]);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (passedOver.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

const all = filesUnder(root);
const pages = all.filter((file) => file.endsWith(".md")).map((file) => relative(root, file));
const read = (page: string) => readFileSync(join(root, page), "utf8");

/** Without blocks of code, in which `](` and `#` mean something else. */
function prose(page: string): string {
  return read(page).replaceAll(/^( *)```[\s\S]*?^\1```/gm, "");
}

/** The names by which a page's headings are linked, as GitHub makes them. */
function anchors(page: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = [...prose(page).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set(
    headings.map((name) => {
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      return count === 0 ? name : `${name}-${count}`;
    }),
  );
}

/** Links that lead nowhere. */
function brokenLinks(page: string): string[] {
  const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : relative(root, resolve(root, dirname(page), path));
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && file.endsWith(".md") && !anchors(file).has(decodeURIComponent(anchor));
    });
}

/**
 * Paths in `code` that are nowhere: from the root, or from the page's own folder. NAME stands for a name that one chooses, and
 * `.cdc/` is made by `make`.
 */
function unknownPaths(page: string, pattern: RegExp): string[] {
  const words = [...prose(page).matchAll(/`([^`]+)`/g)].flatMap(([, text = ""]) => text.split(/\s+/));
  const named = words.filter((word) => pattern.test(word) && !word.includes("NAME") && !word.startsWith(".cdc/"));
  return named.filter((path) => ![root, join(root, dirname(page))].some((folder) => existsSync(join(folder, path))));
}

test("there are pages", () => {
  expect(pages).toEqual(
    expect.arrayContaining(["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/architecture.md"]),
  );
});

describe.each(pages)("%s", (page) => {
  test("links lead somewhere", () => {
    expect(brokenLinks(page)).toEqual([]);
  });

  test("sources that it names exist", () => {
    expect(unknownPaths(page, /^[\w.-]+(\/[\w.-]+)*\/[\w.-]+\.(ts|md|js|cjs|sh|sql|bash|zsh|fish)$/)).toEqual([]);
  });
});

test.each(["CONTRIBUTING.md", "SECURITY.md"])("%s names no file and no folder that is not there", (page) => {
  expect(unknownPaths(page, /^\.?[\w-]+\/[\w./-]*$|^[\w-]+\.(ts|md|yaml|json)$/)).toEqual([]);
});
