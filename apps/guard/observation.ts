/** What one check of the connectors brings, and what a worker's status says. */
import type { Begun } from "./begun.ts";
import type { ConnectorOffset, ConnectorStatus, ExpandedConnector } from "../../clients/connect/client.ts";
import type { LossWords } from "../../clients/debezium/history/words.ts";
import type { WatchedHistory } from "./memory.ts";

/** How far a connector's heartbeat has come: the topic of its row, which shows the way from the database to the broker. */
export type Beat =
  | { readonly kind: "offset"; readonly offset: bigint }
  /** The broker was not there to be asked. */
  | { readonly kind: "unknown" }
  /** A sink sends none; that the changes get through does not show in its offsets either, on a quiet pipeline. */
  | { readonly kind: "none" }
  | { readonly kind: "unwatched"; readonly why: string };

export interface ObservedConnector {
  readonly info: ExpandedConnector["info"];
  readonly status: ConnectorStatus;
  readonly beat: Beat;
  /** Its configuration, in one text. */
  readonly config: string;
  /** Where the connector has read to; only when it was asked for, and the worker knew. */
  readonly offsets?: readonly ConnectorOffset[];
  /** What the connector needs and does not get, in words; only looked for when something is wrong. */
  readonly obstacle?: string;
  readonly history?: SeenHistory;
}

/** What the server says of a connector's place; only when it was asked for. */
export type SeenHistory =
  | {
      readonly offsets: readonly ConnectorOffset[];
      readonly begun: Begun;
      /** How the place is lost; undefined when it is not. */
      readonly loss: LossWords | undefined;
      /** The same of the place that was known before; undefined also when the connector began anew meanwhile. */
      readonly lossBefore: LossWords | undefined;
    }
  /** Why it is not known. */
  | { readonly unknown: string };

export interface Observation {
  readonly connectors: Readonly<Record<string, ObservedConnector>>;
  /** Why not everything could be seen. */
  readonly error?: string;
}

/** What is looked up about a connector beyond its status and its heartbeat. */
export interface Questions {
  readonly offsets: boolean;
  readonly obstacle: boolean;
  /** Whether the place is still one of the server's history; `before` is the place that was known last. */
  readonly history: { readonly before: WatchedHistory | undefined } | undefined;
}

export function isFailed({ connector, tasks }: ConnectorStatus): boolean {
  return connector.state === "FAILED" || tasks.some(({ state }) => state === "FAILED");
}

/** RUNNING is a word about the connector; it counts when there is a task and every task runs. */
export function isRunning({ connector, tasks }: ConnectorStatus): boolean {
  return connector.state === "RUNNING" && tasks.length > 0 && tasks.every(({ state }) => state === "RUNNING");
}

/** Whether a person wants it to rest. */
export function restingOf({ connector }: ConnectorStatus): "paused" | "stopped" | undefined {
  if (connector.state === "PAUSED") return "paused";
  return connector.state === "STOPPED" ? "stopped" : undefined;
}

/** The traces of all that has failed. */
export function traceOf({ connector, tasks }: ConnectorStatus): string {
  return [connector, ...tasks].map(({ trace }) => trace ?? "").join("\n");
}

/** `RUNNING, task 0 FAILED (the cause)`, in one line. */
export function summary({ connector, tasks }: ConnectorStatus): string {
  if (connector.state === "FAILED") return `connector FAILED${cause(connector.trace)}`;
  const failed = tasks.find(({ state }) => state === "FAILED");
  if (failed !== undefined) return `task ${failed.id} FAILED${cause(failed.trace)}`;
  const other = tasks.find(({ state }) => state !== connector.state);
  if (other !== undefined) return `${connector.state}, task ${other.id} ${other.state}`;
  return tasks.length === 0 ? `${connector.state} without a task` : connector.state;
}

const causeLength = 240;

/** The last cause of a Java trace is where it began; what is above it are the layers that passed it on. */
function cause(trace: string | undefined): string {
  const lines = (trace ?? "").split("\n").filter((line) => line.trim() !== "" && !/^\s*(at |\.\.\. )/.test(line));
  const last = lines.findLast((line) => line.startsWith("Caused by: ")) ?? lines[0];
  if (last === undefined) return "";
  const text = last.replace("Caused by: ", "").trim();
  return ` (${text.length > causeLength ? `${text.slice(0, causeLength)}…` : text})`;
}

/**
 * Whether the offsets are those of a snapshot that a restart would begin anew: Debezium marks them, and has none before
 * its first. An incremental snapshot is none of these: it runs beside the stream, heartbeats included, and is resumed.
 */
export function isSnapshotting(offsets: readonly ConnectorOffset[]): boolean {
  return offsets.every(({ offset }) => offset === null || isMarked(offset));
}

function isMarked({ snapshot, snapshot_completed: completed }: Readonly<Record<string, unknown>>): boolean {
  return snapshot !== undefined && snapshot !== "INCREMENTAL" && String(completed) !== "true";
}
