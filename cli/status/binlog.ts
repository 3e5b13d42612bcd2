/** A connector's place beside the server's binlog. Pure. */
import type { Place } from "../offsets.ts";
import type { Binlog } from "./observation.ts";

/**
 * Bytes of the binlog after the place.
 * @returns undefined when one of them is not known, or the place's file is gone.
 */
export function binlogBehind(
  place: Pick<Place, "file" | "position"> | undefined,
  binlogs: readonly Binlog[] | undefined,
): number | undefined {
  const at = binlogs?.findIndex(({ file }) => file === place?.file) ?? -1;
  if (place === undefined || binlogs === undefined || at === -1) return undefined;
  const bytes = binlogs.slice(at).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return Math.max(0, bytes - place.position);
}

/** Whether the server no longer has the file: what was in it after the place is lost to the connector. */
export function isPurged({ file }: Pick<Place, "file">, binlogs: readonly Binlog[]): boolean {
  return !binlogs.some((one) => one.file === file);
}
