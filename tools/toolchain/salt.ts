/**
 * Keeps git clean while Pulumi keeps a salt in Pulumi.STACK.yaml.
 *
 * With a passphrase the engine writes `encryptionsalt: …` into that committed file and adds it again when it is
 * missing. Salt and passphrase belong together and the passphrase is this checkout's own, so the salt must not be
 * committed. A local git filter (named in .gitattributes, defined in this checkout's .git/config) takes the line out
 * of what git sees and puts it back when git writes the file.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../../lib/whole-file.ts";
import { probe } from "./probe.ts";
import { run } from "../../lib/run.ts";

const filter = "filter.pulumi-salt";
const saltLine = /^encryptionsalt: .*\n?/m;

/** The salt's line, with its line break, or undefined. */
export function saltOf(text: string): string | undefined {
  const line = saltLine.exec(text)?.[0];
  return line === undefined ? undefined : `${line.trimEnd()}\n`;
}

/** The text without the salt's line. */
export function withoutSalt(text: string): string {
  return text.replace(saltLine, "");
}

/**
 * The file as it was, with the salt at its end. Pulumi, when it adds the salt, writes the whole file anew in its own
 * form (blank lines lost, numbers quoted, indentation changed).
 */
export function withSalt(before: string, salt: string): string {
  const text = withoutSalt(before);
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${salt}`;
}

/**
 * Takes a salt out of a new stack's file when it is not of this checkout's passphrase (its `.cdc/` was removed, or the
 * file was copied from another stack); the engine makes a new one. Without this it says "incorrect passphrase".
 */
export async function dropStrangeSalt(root: string, name: string): Promise<void> {
  const text = await readFile(join(root, name), "utf8").catch(() => "");
  const salt = saltOf(text);
  if (salt === undefined) return;
  const kept = await readFile(join(keptSalts(root), name), "utf8").catch(() => "");
  if (salt !== kept) await write(root, name, withoutSalt(text));
}

const keptSalts = (root: string): string => join(root, ".cdc", "salts");

/**
 * To be called when the engine has the stack and may have written a salt.
 * @param root the checkout.
 * @param name the stack's file, such as Pulumi.dev.yaml.
 * @param before its text before that, undefined when there was no file.
 */
export async function settleSalt(root: string, name: string, before: string | undefined): Promise<void> {
  const file = join(root, name);
  if (!existsSync(file)) return;
  const after = await readFile(file, "utf8");
  const salt = saltOf(after);
  if (salt === undefined) return;
  if (before !== undefined && before !== after) await write(root, name, withSalt(before, salt));

  await mkdir(keptSalts(root), { recursive: true });
  await writeFile(join(keptSalts(root), name), salt);
  await hideFromGit(root, name);
}

/** Git would show a file beside it, of a run that was killed. */
async function write(root: string, name: string, text: string): Promise<void> {
  await mkdir(join(root, ".cdc"), { recursive: true, mode: 0o700 });
  await writeWhole(join(root, name), text, { beside: join(root, ".cdc", `${name}.new`) });
}

async function hideFromGit(root: string, name: string): Promise<void> {
  const git = (...args: string[]) => probe("git", args, { cwd: root });
  if (!(await git("ls-files", "--error-unmatch", "--", name)).ok) return; // no git, no repository, or not in it
  const set = (key: string, value: string) =>
    run("git", ["config", "--local", `${filter}.${key}`, value], { cwd: root });
  await set("clean", "sed '/^encryptionsalt: /d'");
  await set("smudge", "cat; cat .cdc/salts/%f 2>/dev/null || :");
  // Git trusts a file's size in its index more than the filter and shows a file of another size as changed, though
  // `git diff` is empty. Only then is the size noted anew; nothing gets staged.
  if ((await git("diff", "--quiet", "--", name)).ok) await git("update-index", "--", name);
}
