/** What happened to a stack, out of what its parts have written down. Pure. */
import type { ContainerState } from "../../clients/docker/container.ts";
import type { LogLine } from "../../clients/docker/logs.ts";
import { notificationOf, tableOf, tablesOf, type Notification } from "../../clients/debezium/notification.ts";
import { differencesIn, reconciliationIn, uncomparedIn } from "../../clients/debezium/reconciliation.ts";
import { isLevel, type Level } from "../../lib/log-line.ts";

/** One thing that happened. */
export interface Happened {
  /** In ms since 1970. */
  readonly timeMs: number;
  /** To whom: a shard, a component, `pulumi`. */
  readonly who: string;
  readonly level: Level;
  readonly text: string;
}

/** An operation as Pulumi's own backend notes it (`*.history.json`). */
export interface UpdateRecord {
  /** `update`, `refresh`, `destroy`, … */
  readonly kind: string;
  /** In s since 1970. */
  readonly startTime: number;
  readonly endTime: number;
  /** `succeeded`, `failed`. One that was killed leaves no record. */
  readonly result: string;
  /** By kind of change: `{"create": 2, "same": 40}`. */
  readonly resourceChanges?: Readonly<Record<string, number>>;
}

const verbs: Readonly<Record<string, string>> = { update: "up" };
const changes: Readonly<Record<string, string>> = {
  create: "created",
  delete: "deleted",
  replace: "replaced",
  "create-replacement": "created anew",
  "delete-replaced": "deleted as replaced",
  same: "unchanged",
  update: "updated",
};

/** `pulumi up succeeded in 27 s: 1 created, 5 updated, 99 unchanged` */
export function updateHappened({ kind, startTime, endTime, result, resourceChanges = {} }: UpdateRecord): Happened {
  const counts = Object.entries(resourceChanges)
    .toSorted(([a], [b]) => Number(a === "same") - Number(b === "same"))
    .map(([change, count]) => `${count} ${changes[change] ?? change}`);
  const what = counts.length === 0 ? "" : `: ${counts.join(", ")}`;
  return {
    timeMs: startTime * 1000,
    who: "pulumi",
    level: result === "succeeded" ? "INFO" : "ERROR",
    text: `pulumi ${verbs[kind] ?? kind} ${result} in ${endTime - startTime} s${what}`,
  };
}

/** A line of the guard's log; undefined for what is none of its own, such as Node's warnings. */
export function guardHappened({ line }: Pick<LogLine, "line">): Happened | undefined {
  const [, time = "", level = "", said = ""] = /^(\S+Z) ([A-Z]+) +(.*)$/.exec(line) ?? [];
  if (!isLevel(level)) return undefined;
  // `shard0-connector: watched`; about itself it says `guard: …`.
  const [, who = "guard", text = said] = /^([^\s:]+): (.*)$/.exec(said) ?? [];
  return { timeMs: Date.parse(time), who, level, text };
}

/** Those that tell of a table or a chunk, of which a snapshot has many, are progress and not news. */
const news: Readonly<Record<string, string>> = {
  STARTED: "began",
  COMPLETED: "is complete",
  ABORTED: "was aborted",
  PAUSED: "was paused",
  RESUMED: "goes on",
};

/** What a connector told of its snapshots; undefined for progress, and for what is none of the connector's. */
export function snapshotHappened(
  shard: string,
  record: { readonly topic: string; readonly key: string | null; readonly value: string | null },
): Happened | undefined {
  const told = notificationOf(record);
  const what = told === undefined ? undefined : news[told.type];
  if (told === undefined || what === undefined || !told.aggregate.endsWith("Snapshot")) return undefined;
  return {
    timeMs: told.timeMs,
    who: shard,
    level: told.type === "ABORTED" ? "WARN" : "INFO",
    text: `${told.aggregate.toLowerCase()} ${what}${ofTables(told)}`,
  };
}

/** What `cdc reconcile` found of a shard; undefined for any other record. */
export function reconcileHappened(
  shard: string,
  record: { readonly topic: string; readonly key: string | null; readonly value: string | null },
): Happened | undefined {
  const told = notificationOf(record);
  const found = told === undefined ? undefined : reconciliationIn(told);
  if (found === undefined) return undefined;
  const [differences, uncompared] = [differencesIn(found), uncomparedIn(found)];
  const count = found.tables.size - uncompared;
  const parts = [
    `${differences} difference${differences === 1 ? "" : "s"} in ${count} table${count === 1 ? "" : "s"}`,
    ...(uncompared === 0 ? [] : [`${uncompared} not compared`]),
  ];
  return {
    timeMs: found.timeMs,
    who: shard,
    level: differences + uncompared === 0 ? "INFO" : "WARN",
    text: `compared with the index: ${parts.join(", ")}`,
  };
}

function ofTables(told: Notification): string {
  const tables = new Set([...tablesOf(told), tableOf(told)].filter((table) => table !== undefined));
  return tables.size === 0 ? "" : `: ${[...tables].join(", ")}`;
}

/** The last start of a container, and how it ended where it does not run. */
export function startHappened(
  component: string,
  { startedAt, restarts, status, exitCode, isOutOfMemory }: ContainerState,
): Happened | undefined {
  // Never started: the engine writes the year 1.
  if (!(Date.parse(startedAt) > 0)) return undefined;
  const often = restarts === 0 ? "" : `, by the engine after it had ended by itself; so ${times(restarts)} in all`;
  const memory = isOutOfMemory ? ", out of memory" : "";
  const isUp = status === "running";
  const now = isUp ? "" : `; it is ${status} now (exit code ${exitCode}${memory})`;
  return {
    timeMs: Date.parse(startedAt),
    who: component,
    level: isUp && restarts === 0 ? "INFO" : "WARN",
    text: `container started${often}${now}`,
  };
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** In the order of time, from then on. */
export function inOrder(happened: readonly Happened[], sinceMs: number): Happened[] {
  return happened.filter(({ timeMs }) => timeMs >= sinceMs).toSorted((a, b) => a.timeMs - b.timeMs);
}
