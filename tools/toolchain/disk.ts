/** Is there room? Asked before a build or a first start, as a full disk fails late and unclear. */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "../../lib/run.ts";

const gib = 1024 ** 3;

/** Throws when the folder's file system has less than `neededBytes`; `purpose` says what needs it. */
export function demandSpace(purpose: string, folder: string, freeBytes: number, neededBytes: number): void {
  if (freeBytes >= neededBytes) return;
  const shown = (bytes: number) => `${(bytes / gib).toFixed(1)} GiB`;
  throw new UserError(
    `${purpose} needs about ${shown(neededBytes)} in ${folder}, ${shown(freeBytes)} are free`,
    "free some space there and run the same command again",
  );
}

/**
 * Checks a folder that may not exist yet (its nearest existing parent counts).
 * @param neededGib in GiB.
 */
export async function checkSpace(purpose: string, folder: string, neededGib: number): Promise<void> {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  demandSpace(purpose, folder, bavail * bsize, neededGib * gib);
}
