/** A connector's place beside the server's binlog: how far behind it is, and how long it lasts. Pure. */

/** One file of a server's binlog, the newest last. */
export interface Binlog {
  readonly file: string;
  readonly sizeBytes: number;
}

/** A place in the binlog, as far as it is compared here. */
export interface BinlogPlace {
  readonly file: string;
  /** In bytes from the beginning of the file. */
  readonly position: number;
  /** When the last change before it was committed, ISO 8601; undefined where that is not known. */
  readonly committedAt: string | undefined;
}

/**
 * Bytes of the binlog after the place.
 * @returns undefined when one of them is not known, or the place's file is gone.
 */
export function binlogBehind(
  place: Pick<BinlogPlace, "file" | "position"> | undefined,
  binlogs: readonly Binlog[] | undefined,
): number | undefined {
  const at = binlogs?.findIndex(({ file }) => file === place?.file) ?? -1;
  if (place === undefined || binlogs === undefined || at === -1) return undefined;
  const bytes = binlogs.slice(at).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return Math.max(0, bytes - place.position);
}

/**
 * How much longer the file with the place is kept, in ms: so long the connector may still rest or lag. When a file was closed no
 * server tells, so it is reckoned from the place's own time, by the rate at which the server has written since.
 * @param keptSeconds how long the server keeps a file after it was closed; undefined: for ever, or not known.
 * @returns undefined when nothing is ever purged, or it is not known; 0 when it may be purged at any moment.
 */
export function placeLastsMs(
  place: BinlogPlace | undefined,
  binlogs: readonly Binlog[] | undefined,
  keptSeconds: number | undefined,
  atMs: number,
): number | undefined {
  const behind = binlogBehind(place, binlogs);
  if (place === undefined || binlogs === undefined || behind === undefined || keptSeconds === undefined)
    return undefined;
  const keptMs = keptSeconds * 1000;
  // The newest file is kept from when it is closed, and that is to come.
  if (place.file === binlogs.at(-1)?.file) return keptMs;
  if (place.committedAt === undefined) return undefined;
  const sinceMs = Math.max(0, atMs - Date.parse(place.committedAt));
  const size = binlogs.find(({ file }) => file === place.file)?.sizeBytes ?? 0;
  const rest = Math.max(0, size - place.position);
  const closedAgoMs = behind === 0 ? sinceMs : sinceMs * (1 - rest / behind);
  return Math.max(0, Math.round(keptMs - closedAgoMs));
}

/** From a server's variables: undefined where nothing is purged by age. `binlog_expire_logs_auto_purge` is there from 8.0.29 on. */
export function keptSecondsOf(variables: ReadonlyMap<string, string>): number | undefined {
  const seconds = Number(variables.get("binlog_expire_logs_seconds") ?? 0);
  const isOff = variables.get("binlog_expire_logs_auto_purge")?.toUpperCase() === "OFF";
  return seconds > 0 && !isOff ? seconds : undefined;
}

/** With so much of the time left a person is warned: a tenth would be a night for a server that keeps a day. */
export const warnedPart = 0.25;

/** Whether a person is to be warned that a place is about to be purged. @param lastsMs as `placeLastsMs` tells. */
export function isPurgedSoon(lastsMs: number, keptSeconds: number): boolean {
  return lastsMs < keptSeconds * 1000 * warnedPart;
}
