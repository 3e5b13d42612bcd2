/** Mends what a kill in the middle of a write leaves of the local backend: a state that cannot be read ("failed to load checkpoint: EOF"). */
import { copyFile, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { isErrno, UserError } from "../../lib/run.ts";
import { writeWhole } from "../../lib/whole-file.ts";
import type { Log } from "./log.ts";
import { cdcDir } from "./places.ts";
import { stateFile } from "./stack.ts";

/** The backend's own file, which Pulumi reads before any stack. */
const metaFile = join(cdcDir, "state", ".pulumi", "meta.yaml");

/**
 * Mends the state of a stack. Beside each of its files the backend keeps one with attributes, which it makes empty before it
 * fills it: one that was cut off is removed, as it is not needed, and Pulumi can read the state again. In the place of a state
 * that cannot be read itself comes Pulumi's own copy, which is one step older.
 * @throws {UserError} when the copy cannot be read either.
 */
export async function mendState(log: Log, stack: string, file = stateFile(stack)): Promise<void> {
  for (const one of [metaFile, file, `${file}.bak`]) {
    const attributes = await textOf(`${one}.attrs`);
    if (attributes === undefined || isJson(attributes)) continue;
    await rm(`${one}.attrs`);
    log(`stack: the attributes of ${basename(one)} were cut off while they were written; removed them`);
  }
  const state = await textOf(file);
  if (state === undefined || isState(state)) return;
  const backup = await textOf(`${file}.bak`);
  if (backup === undefined || !isState(backup)) {
    throw new UserError(
      `the state of stack ${stack} cannot be read (${file}), nor Pulumi's copy of it (${file}.bak)`,
      "put a copy of yours there, if you have one; without one: make FORCE=1 down, which removes what this checkout made and gives up the state",
    );
  }
  await copyFile(file, `${file}.unreadable`);
  await writeWhole(file, backup, { mode: 0o600 });
  log(`stack: the state of ${stack} was cut off while it was written; took Pulumi's copy from one step before`);
}

/** Puts a state that cannot be read aside: Pulumi does not forget a stack whose state it cannot read. */
export async function giveUpState(stack: string): Promise<void> {
  await rename(stateFile(stack), `${stateFile(stack)}.unreadable`);
}

function isState(text: string): boolean {
  return isJson(text) && "checkpoint" in (JSON.parse(text) as object);
}

/** Whether a text is a whole object. */
function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}
