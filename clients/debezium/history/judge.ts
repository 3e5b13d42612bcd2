/**
 * Whether a connector's place still means on the server what it meant when it was stored. Pure.
 *
 * GTIDs alone do not tell: a server whose history began anew, or was put back, gives the same numbers once more, to other
 * transactions. When these were written does: after the place was stored.
 */
import { countGtids, formatGtids, newestOf, parseGtids, subtractGtids, type GtidSet } from "./gtid-set.ts";
import type { Place } from "./place.ts";

/** What a server says of its history. */
export interface ServerFacts {
  readonly serverUuid: string;
  /** Sets of GTIDs: all that it ever committed, and those that are in its binlog no longer. */
  readonly executed: string;
  readonly purged: string;
  /** Its binlog's files, the newest last. */
  readonly files: readonly { readonly file: string; readonly sizeBytes: number }[];
  /** What is in its binlog around the place; only looked for within a transaction, and where the newest file is younger than the place. */
  readonly around: Around | undefined;
}

export type Around =
  /** Of a place within a transaction: when the first transaction that was not read whole began; undefined: there is none. */
  | { readonly kind: "within"; readonly nextAtSeconds: number | undefined }
  | {
      readonly kind: "between";
      /** The newest transactions that were read, are in the binlog and were written by the server itself, and when they began. */
      readonly newestRead: readonly { readonly gtid: string; readonly atSeconds: number }[];
      /** What is in the binlog at the place; undefined when no event begins there. */
      readonly atPlace: AtPlace | undefined;
    };

export interface AtPlace {
  /** The transaction that begins there; undefined for another event. */
  readonly gtid: string | undefined;
  /** All that was committed before the file's end, where the file ends there. */
  readonly before: string | undefined;
}

/** How a place can be lost. */
export type LossKind =
  /** The server lacks transactions that were read, and is the one that wrote them. */
  | "put-back"
  /** The server lacks transactions that were read, and is another one. */
  | "other-server"
  /** The server has given the numbers of transactions that were read to others. */
  | "rewritten"
  /** The server has deleted transactions that were not read. */
  | "purged";

export type Verdict =
  | { readonly kind: "fine" }
  | { readonly kind: LossKind; /** GTIDs, or a place, that are concerned. */ readonly what: string };

const fine: Verdict = { kind: "fine" };

/** Debezium's word for a snapshot that runs beside the stream. */
const incremental = "INCREMENTAL";

/**
 * @param place undefined when the connector has stored none: there is nothing to lose.
 * @param mode the connector's `snapshot.mode`: with `always` it never goes on from a place, and with `when_needed` Debezium
 * itself takes a new snapshot where it sees by the numbers that the place is gone.
 */
export function judgePlace(place: Place | undefined, facts: ServerFacts, mode = "initial"): Verdict {
  if (mode === "always") return fine;
  const seesNumbers = mode === "when_needed";
  // A snapshot that was not finished is begun anew, from the place of then.
  if (place === undefined || (place.snapshot !== undefined && place.snapshot !== incremental)) return fine;
  if (place.gtids === undefined || place.gtids === "") return judgeFile(place, facts);
  const read = parseGtids(place.gtids);
  const missing = subtractGtids(read, parseGtids(facts.executed));
  if (missing.size > 0) {
    const isOwn = newestOf(read, facts.serverUuid).length > 0;
    return seesNumbers ? fine : { kind: isOwn ? "put-back" : "other-server", what: formatGtids(missing) };
  }
  const unread = subtractGtids(parseGtids(facts.purged), read);
  if (unread.size > 0) return seesNumbers ? fine : { kind: "purged", what: formatGtids(unread) };
  return facts.around === undefined
    ? fine
    : judgeAround(place, read, facts.around, newestOf(read, facts.serverUuid).length > 0);
}

/** Numbers alone are right: whether they mean the same transactions. @param isOwn whether the server has written any that was read. */
function judgeAround(place: Place, read: GtidSet, around: Around, isOwn: boolean): Verdict {
  if (around.kind === "within") {
    // Of what comes next the connector leaves out as much as it has read of the transaction that it was in.
    const what = `the transaction at ${place.file}:${place.position}`;
    if (around.nextAtSeconds === undefined) return { kind: isOwn ? "put-back" : "other-server", what };
    return isAfter(place, around.nextAtSeconds) ? { kind: "rewritten", what } : fine;
  }
  const rewritten = around.newestRead.find(({ atSeconds }) => isAfter(place, atSeconds));
  return rewritten === undefined || isAsLeft(read, around.atPlace) ? fine : { kind: "rewritten", what: rewritten.gtid };
}

/** Whether something began to be written in a later second than the last change that was read. Unknown is no. */
export function isAfter({ committedAt }: Place, atSeconds: number): boolean {
  return committedAt !== undefined && atSeconds * 1000 > Date.parse(committedAt);
}

/** By file and position alone, of a server without GTIDs. */
function judgeFile({ file, position }: Place, { files }: ServerFacts): Verdict {
  const found = files.find((one) => one.file === file);
  if (found !== undefined && position <= found.sizeBytes) return fine;
  const what = `${file}:${position}`;
  const isGone = found === undefined && (files[0]?.file ?? "") > file;
  return { kind: isGone ? "purged" : "put-back", what };
}

/**
 * Whether the binlog at the place is as the connector left it, although younger transactions lie before it: those of tables
 * that are not captured.
 */
function isAsLeft(read: GtidSet, atPlace: AtPlace | undefined): boolean {
  if (atPlace?.gtid !== undefined) return isNext(parseGtids(atPlace.gtid), read);
  if (atPlace?.before === undefined) return false;
  const before = parseGtids(atPlace.before);
  return subtractGtids(read, before).size === 0 && countGtids(subtractGtids(before, read)) <= 1n;
}

/** Whether a transaction follows those that were read; one may lie between, as a DDL statement is counted as read late. */
function isNext(gtid: GtidSet, read: GtidSet): boolean {
  if (subtractGtids(gtid, read).size === 0) return false;
  const [source = "", [interval] = []] = [...gtid][0] ?? [];
  const last = read.get(source)?.at(-1)?.last ?? 0n;
  return interval !== undefined && interval.first - last <= 2n;
}
