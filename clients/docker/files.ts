/** Files out of containers, which need not run. */
import type { Readable } from "node:stream";
import type { ChildProcessByStdio } from "node:child_process";
import { ask, isMissing, stream } from "./client.ts";

/**
 * A file in a container.
 * @returns its text; undefined when there is no such container or file.
 */
export async function fileFrom(container: string, path: string): Promise<string | undefined> {
  try {
    return firstFileOf(await ask(["container", "cp", `${container}:${path}`, "-"]));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * The first file in a tar archive of text files, as `docker cp … -` writes it (POSIX ustar).
 * @returns undefined for an archive without a file.
 */
export function firstFileOf(archive: string): string | undefined {
  const block = 512;
  for (let at = 0; at + block <= archive.length;) {
    const size = Number.parseInt(archive.slice(at + 124, at + 136), 8);
    if (Number.isNaN(size)) return undefined;
    const type = archive[at + 156];
    if (type === "0" || type === "\0") return archive.slice(at + block, at + block + size);
    at += block + Math.ceil(size / block) * block;
  }
  return undefined;
}

/** A folder or file in a container, as a tar archive on the command's stdout. Its stderr has to be read, or waited for by `succeeded`. */
export function archiveOf(container: string, path: string): ChildProcessByStdio<null, Readable, Readable> {
  return stream(["container", "cp", `${container}:${path}`, "-"], ["ignore", "pipe", "pipe"]);
}
