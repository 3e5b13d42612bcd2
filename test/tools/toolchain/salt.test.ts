import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dropStrangeSalt, saltOf, settleSalt, withoutSalt, withSalt } from "../../../tools/toolchain/salt.ts";

const salt = "encryptionsalt: v1:c2FsdA==:v1:bm9uY2U=:dGV4dA==\n";
const name = "Pulumi.dev.yaml";
/** Blank lines, a comment, an unquoted number: all that Pulumi does not keep when it writes the file anew. */
const committed = "# three shards\n\nconfig:\n  cdc:portOffset: 1000\n\n  cdc:tables: [a.b, c.d]\n";
const rewritten = `# three shards\nconfig:\n  cdc:portOffset: "1000"\n  cdc:tables: [a.b, c.d]\n${salt}`;

test("the salt's line is found, taken out and put at the end", () => {
  expect(saltOf(committed)).toBeUndefined();
  expect(saltOf(rewritten)).toBe(salt);
  expect(saltOf(salt.trimEnd())).toBe(salt);
  expect(withSalt(committed, salt)).toBe(committed + salt);
  expect(withSalt(`${salt}config: {}`, salt)).toBe(`config: {}\n${salt}`);
  expect(withoutSalt(withSalt(committed, salt))).toBe(committed);
});

describe("in a real git checkout with the committed .gitattributes", () => {
  let root: string;
  let file: string;
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], {
      cwd: root,
      encoding: "utf8",
    });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "cdc-salt-"));
    file = join(root, name);
    git("init", "--quiet");
    writeFileSync(join(root, ".gitattributes"), readFileSync(new URL("../../../.gitattributes", import.meta.url)));
    writeFileSync(join(root, ".gitignore"), ".cdc/\n");
    writeFileSync(file, committed);
    git("add", "--all");
    git("commit", "--quiet", "--message", "first");
    mkdirSync(join(root, ".cdc"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  test("a salt leaves the file's form alone and git clean", async () => {
    writeFileSync(file, rewritten);
    await settleSalt(root, name, committed);
    expect(readFileSync(file, "utf8")).toBe(committed + salt);
    expect(git("status", "--porcelain")).toBe("");
    expect(git("diff")).toBe("");
  });

  test("a real edit shows, without the salt, and stays unstaged", async () => {
    writeFileSync(file, rewritten);
    await settleSalt(root, name, committed.replace("1000", "2000"));
    expect(git("status", "--porcelain")).toBe(` M ${name}\n`);
    const diff = git("diff");
    expect(diff).toContain("+  cdc:portOffset: 2000");
    expect(diff).not.toContain("encryptionsalt");
  });

  test("stash, checkout and commit keep the salt in the file and out of the history", async () => {
    writeFileSync(file, rewritten);
    await settleSalt(root, name, committed);
    const edited = committed.replace("1000", "2000") + salt;
    writeFileSync(file, edited);
    git("stash");
    expect(readFileSync(file, "utf8")).toBe(committed + salt);
    git("stash", "pop");
    expect(readFileSync(file, "utf8")).toBe(edited);
    git("checkout", "--", name);
    expect(readFileSync(file, "utf8")).toBe(committed + salt);
    writeFileSync(file, edited);
    git("commit", "--quiet", "--all", "--message", "second");
    expect(git("show", `HEAD:${name}`)).toBe(withoutSalt(edited));
    expect(git("status", "--porcelain")).toBe("");
  });

  test("a salt of another passphrase is taken out of a new stack's file, this checkout's own stays", async () => {
    writeFileSync(file, committed + salt);
    await settleSalt(root, name, committed + salt);
    await dropStrangeSalt(root, name);
    expect(readFileSync(file, "utf8")).toBe(committed + salt);
    rmSync(join(root, ".cdc"), { recursive: true });
    await dropStrangeSalt(root, name);
    expect(readFileSync(file, "utf8")).toBe(committed);
  });

  test("a file that git does not know gets its salt kept and no filter", async () => {
    const other = "Pulumi.other.yaml";
    writeFileSync(join(root, other), salt);
    await settleSalt(root, other, undefined);
    expect(readFileSync(join(root, other), "utf8")).toBe(salt);
    expect(git("config", "--local", "--list")).not.toContain("pulumi-salt");
  });
});
