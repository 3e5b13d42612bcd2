/** What is wrong, in the words that alerts, the operator's page, `cdc status` and `cdc doctor` share. Pure. */
import { bytes, duration } from "./words.ts";

/** What it is, after the name of whom it befell; and why. Those of the page are compared with these (test/lib/trouble.test.ts). */
interface Trouble {
  readonly what: string;
  readonly why: string;
}

/** A connector that works by its own word, and of which nothing comes. */
export const stall: Trouble = {
  what: "says RUNNING and brings nothing",
  why: "Its heartbeats stay away and its place does not move: a dead connection, a server that is away, a full queue.",
};

/** A connector whose place the server is about to purge. */
export const purge: Trouble = {
  what: "is about to lose its place in the binlog",
  why: "The server purges the file with it before long, if it goes on as since; what was not read by then is lost to the topics.",
};

/** The search engine has not all that readers ask for. */
export const unhealthyIndex: Trouble = {
  what: "the index is not healthy",
  why: "The search engine's health is red, as an index has lost data or is not loaded yet; or there is no index behind an alias.",
};

/** The last `cdc reconcile` found differences. */
export const differing: Trouble = {
  what: "does not agree with the index",
  why: "The last cdc reconcile found rows without a document, documents without a row, or other values.",
};

/** What there is to know of a place that is about to be purged. */
export interface PurgeForecast {
  /** Of the binlog, with the place in it. */
  readonly file: string;
  /** How much longer the server keeps it, in ms. */
  readonly lastsMs: number;
  /** How long the server keeps a file after it was closed. */
  readonly keptSeconds: number;
  /** Bytes of the binlog after the place. */
  readonly behindBytes: number;
}

/** The forecast as a sentence about the connector. */
export function purgeText({ file, lastsMs, keptSeconds, behindBytes }: PurgeForecast): string {
  const when = lastsMs === 0 ? "may be purged at any moment" : `is purged in about ${duration(lastsMs)}`;
  return (
    `${purge.what}: ${file} ${when}, if it goes on as since (${bytes(behindBytes)}): the server keeps a file ` +
    `for ${duration(keptSeconds * 1000)}; what was not read by then is lost to the topics`
  );
}

/** What to do about it. @param shard as `cdc` knows it. */
export function purgeRemedy(shard: string, keptSeconds: number): string {
  return (
    `let it catch up before (cdc resume ${shard} where it rests, cdc doctor --shard ${shard} where it is held back); or keep ` +
    `more: binlog_expire_logs_seconds: "${keptSeconds * 2}" under cdc:mysql.options, then pulumi up`
  );
}
