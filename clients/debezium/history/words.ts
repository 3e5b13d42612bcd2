/** A lost place in words: for `up`, the commands, the guard, status and doctor alike. Pure. */
import type { LossKind, Verdict } from "./judge.ts";
import type { Place } from "./place.ts";

/** Codes of refusals (docs/refusals.md). */
export const lossCodes = {
  "put-back": "CDC-850",
  "other-server": "CDC-851",
  rewritten: "CDC-852",
  purged: "CDC-853",
} as const satisfies Record<LossKind, string>;

/** That it is not known. */
export const unknownCode = "CDC-854";

export type Loss = Exclude<Verdict, { readonly kind: "fine" }>;

export interface LossWords {
  readonly code: (typeof lossCodes)[LossKind];
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}

export function isLost(verdict: Verdict): verdict is Loss {
  return verdict.kind !== "fine";
}

/** @param name by which `cdc` knows the connector: its own, or its shard's. */
export function lossWords(loss: Loss, place: Place, name: string): LossWords {
  return {
    code: lossCodes[loss.kind],
    found: `the place of the connector (${place.file}:${place.position}) is lost: ${reasonOf(loss)}`,
    remedy: `${beginAnew(name)}${elsewhere[loss.kind]}`,
  };
}

/** The way back from every lost place, and what a new snapshot cannot do. */
export function beginAnew(name: string): string {
  return `\`cdc offsets reset ${name}\` begins anew with a snapshot; ${snapshotLeaves}`;
}

/** What a new snapshot does not do; said wherever one is recommended or was asked for. */
export const snapshotLeaves =
  "rows deleted meanwhile stay in compacted topics, and in the index until `cdc reconcile --repair` takes them out";

function reasonOf({ kind, what }: Loss): string {
  const gtids = shortened(what);
  switch (kind) {
    case "put-back":
      return (
        `it has read ${gtids}, which the server no longer knows. Its history began anew (RESET BINARY LOGS AND GTIDS), ` +
        "or its data are those of an older backup"
      );
    case "other-server":
      return `it has read ${gtids}, which this server lacks. Another server answers at its address`;
    case "rewritten":
      return (
        `${gtids}, which it has read, is another transaction on the server by now, written later. The server's history ` +
        "began anew, or an older backup was put back; changes under numbers that were read already would never come"
      );
    case "purged":
    default:
      return `the server has purged ${gtids} from its binlog, which was not read`;
  }
}

const elsewhere: Readonly<Record<LossKind, string>> = {
  "put-back": "",
  "other-server": "; or give the address back to the server that it was",
  rewritten: "",
  purged: "; keep more of the binlog (binlog_expire_logs_seconds)",
};

const longest = 160;

function shortened(gtids: string): string {
  return gtids.length > longest ? `${gtids.slice(0, longest)}…` : gtids;
}
