/** Files that are written whole or not at all, whenever the writer is killed. */
import { rename, writeFile } from "node:fs/promises";

/**
 * Puts a text in the place of a file, by a rename.
 * @param options.mode of the file; default 0o644, less the umask.
 * @param options.beside path of the file that it is written to first, on the same file system; default: FILE.new.
 */
export async function writeWhole(
  file: string,
  text: string,
  { mode = 0o644, beside = `${file}.new` }: { readonly mode?: number; readonly beside?: string } = {},
): Promise<void> {
  await writeFile(beside, text, { mode, flush: true });
  await rename(beside, file);
}
