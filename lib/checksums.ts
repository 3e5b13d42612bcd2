/** Files that are pinned by their bytes. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** The SHA-256 of a file, in hex digits; read in pieces, as archives are large. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/**
 * Where the files of a folder differ from a list of `sha256sum`: missing, unlisted or other bytes.
 *
 * @param list lines of 64 hex digits, two spaces, a file name
 * @returns one text for each difference; none when the folder holds exactly the files of the list
 */
export async function differences(folder: string, list: string): Promise<string[]> {
  const expected = new Map(
    list
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "")
      .map((line): [string, string] => [line.slice(66), line.slice(0, 64)]),
  );
  const present = new Set(await readdir(folder));
  const found: string[] = [];
  for (const [name, sha256] of expected) {
    if (!present.delete(name)) {
      found.push(`${name} is missing`);
      continue;
    }
    const actual = await sha256Of(join(folder, name));
    if (actual !== sha256) found.push(`${name} has sha256 ${actual}, listed is ${sha256}`);
  }
  return [...found, ...[...present].map((name) => `${name} is not listed`)];
}
