/** Asking for an ad-hoc snapshot, following it, ending it. */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../lib/run.ts";
import type { ShardPlan } from "../../plan/types.ts";
import type { GlobalOptions, OperatedStack } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { print } from "../output.ts";
import { requireRunning } from "../../snapshot/follow.ts";
import { describeProgress, secondsOf, type Progress } from "../../clients/debezium/progress.ts";
import { readAnew, requireNone, stopReading } from "../../snapshot/read-anew.ts";
import { runningSnapshot } from "../../snapshot/running.ts";
import { SnapshotServer } from "../../snapshot/server.ts";
import { snapshotSignal } from "../../snapshot/signal.ts";
import { snapshotTargetOf } from "../../snapshot/target.ts";
import { ProgressLine } from "./line.ts";

export interface SnapshotOptions {
  readonly wait: boolean;
  readonly where?: string;
  readonly stop?: true;
}

/**
 * Begins a snapshot of the table, or with `stop` ends the running one.
 * @throws UserError when the connector does not run, or reads a table already.
 */
export async function snapshot(
  stack: OperatedStack,
  shard: ShardPlan,
  table: string,
  options: SnapshotOptions,
  globals: GlobalOptions,
): Promise<void> {
  if (options.stop === true) await stopSnapshot(stack, shard, table, globals);
  else if (options.wait) await followToTheEnd(stack, shard, table, options, globals);
  else await askForIt(stack, shard, table, options, globals);
}

/** A stop is taken up between two chunks. */
const stopLimitMs = 60_000;

async function askForIt(
  stack: OperatedStack,
  shard: ShardPlan,
  table: string,
  { where }: SnapshotOptions,
  globals: GlobalOptions,
): Promise<void> {
  await requireRunning(stack.worker, shard.connector.name);
  requireNone(shard, table, (await runningSnapshot(stack.worker, shard.connector.name)).tables);
  const server = await SnapshotServer.open(snapshotTargetOf(stack.plan, shard), await stack.cdcLogin(shard.name));
  try {
    const signal = snapshotSignal([table], where);
    // Its answer is not needed, its refusal is: a table without a primary key.
    await server.minimumKey(table);
    if (where !== undefined) await server.checkCondition(table, where);
    await server.signal(signal);
    const text = `${shard.name} ${table}: asked for (${signal.id}); cdc status shows that it runs, --stop ends it`;
    print({ json: { shard: shard.name, table, id: signal.id, result: null }, text }, globals);
  } finally {
    await server.close();
  }
}

/** Sets the exit code when not every row was read. */
async function followToTheEnd(
  stack: OperatedStack,
  shard: ShardPlan,
  table: string,
  { where }: SnapshotOptions,
  globals: GlobalOptions,
): Promise<void> {
  const line = new ProgressLine(`${shard.name} ${table}: `, globals);
  let isInterrupted = false;
  const interrupt = () => (isInterrupted = true);
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const { id, progress } = await readAnew(stack, shard, table, {
      where,
      onProgress: (now) => line.show(describeProgress(now)),
      isInterrupted: () => isInterrupted,
    });
    line.end();
    report(shard, table, id, progress, globals);
  } finally {
    line.end();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** What a person should make of the connector's last word on a table. */
const endings: Readonly<Record<string, { readonly ok: boolean; readonly text: string }>> = {
  SUCCEEDED: { ok: true, text: "all were read" },
  EMPTY: { ok: true, text: "there was no row to read" },
  SQL_EXCEPTION: { ok: false, text: "the server refused a query; the worker's log has it (cdc logs connect)" },
  NO_PRIMARY_KEY: { ok: false, text: "the table has no primary key to read along" },
  UNKNOWN_SCHEMA: { ok: false, text: "the connector does not know the table; is it captured, and does it exist?" },
};

function report(shard: ShardPlan, table: string, id: string, progress: Progress, globals: GlobalOptions): void {
  const result = progress.result ?? (progress.isOver ? "STOPPED" : "RUNNING");
  const ending = endings[result] ?? {
    ok: result === "RUNNING",
    text:
      result === "RUNNING"
        ? "it goes on without you; --stop ends it"
        : "it was ended before its end; rows that were read stay",
  };
  const seconds = secondsOf(progress);
  print(
    {
      json: { shard: shard.name, table, id, result, rows: progress.rows, seconds, part: progress.part ?? null },
      text: `${shard.name} ${table}: ${describeProgress(progress)}: ${ending.text}`,
    },
    globals,
  );
  if (!ending.ok) process.exitCode = exitCodes.unhealthy;
}

/**
 * Ends the snapshot of a table and waits until it has ended.
 * @throws UserError when none runs.
 */
async function stopSnapshot(
  stack: OperatedStack,
  shard: ShardPlan,
  table: string,
  globals: GlobalOptions,
): Promise<void> {
  await requireRunning(stack.worker, shard.connector.name);
  const { tables: running } = await runningSnapshot(stack.worker, shard.connector.name);
  if (!running.includes(table))
    throw new UserError(
      `${shard.connector.name} is not reading ${table}: no snapshot of it runs`,
      running.length === 0 ? "nothing is to be done" : `what runs is a snapshot of ${running.join(", ")}`,
    );
  await stopReading(stack, shard, table);
  const deadline = performance.now() + stopLimitMs;
  while ((await runningSnapshot(stack.worker, shard.connector.name)).tables.includes(table)) {
    if (performance.now() > deadline)
      throw new UserError(
        `${shard.connector.name} still reads ${table} after ${stopLimitMs / 1000} s`,
        "the stop is taken up between two chunks: cdc status shows whether the connector moves",
      );
    await sleep(500);
  }
  const text = `${shard.name} ${table}: the snapshot was ended; rows that were read stay on the topic`;
  print({ json: { shard: shard.name, table, result: "STOPPED" }, text }, globals);
}
