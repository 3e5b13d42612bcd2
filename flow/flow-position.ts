/**
 * The proof of flow where nothing may be written: all that the server has committed by a moment is behind the connector's committed
 * place, and a heartbeat of after that moment has arrived. The place is committed with the events, or after them, so they are on
 * their topics.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { ConnectClient } from "../clients/connect/client.ts";
import { failureOf } from "../clients/connect/status.ts";
import { untilCaughtUp } from "../clients/kafka/sink-lag.ts";
import { FlowError, text, type FlowTarget, type IndexTarget } from "./flow-target.ts";

const pollMs = 200;
const answerLimitMs = 2000;

/** Every transaction that the server has by now. @throws FlowError with the stage `database`. */
export async function executedBy(target: FlowTarget, database: Connection): Promise<string> {
  return await askFor(target, database, "SELECT @@GLOBAL.gtid_executed AS answer", []);
}

/**
 * Waits until the connector has all of them.
 * @param deadline by `performance.now()`.
 * @returns false when it has not by then.
 * @throws FlowError when the connector has failed meanwhile.
 */
export async function hasPassed(
  target: FlowTarget,
  database: Connection,
  executed: string,
  deadline: number,
): Promise<boolean> {
  const worker = new ConnectClient(target.connect, { timeoutMs: answerLimitMs });
  for (;;) {
    // A worker that does not answer for a moment is asked again.
    const committed = await worker.getOffsets(target.connector).then(gtidsIn, () => undefined);
    if (committed !== undefined) {
      const contains = "SELECT GTID_SUBSET(?, ?) AS answer";
      if ((await askFor(target, database, contains, [executed, committed])) === "1") return true;
    }
    if (performance.now() > deadline) return false;
    const status = await worker.getStatus(target.connector).catch(() => undefined);
    const failure = status === undefined ? undefined : failureOf(status);
    if (failure !== undefined) throw new FlowError(target.shard, "task", failure);
    await sleep(pollMs);
  }
}

/**
 * Waits until the sink has written what is on the shard's topics now.
 * @throws FlowError with the stage `index` when it has not by then.
 */
export async function sinkHasPassed(
  { shard, kafka }: FlowTarget,
  { sink, topics = [] }: IndexTarget,
  deadline: number,
): Promise<void> {
  const timeoutMs = Math.max(0, deadline - performance.now());
  const stuck = (message: string, cause?: unknown) => new FlowError(shard, "index", message, { cause });
  const behind = await untilCaughtUp({ kafka, connector: sink, topics }, { timeoutMs }).catch((error: unknown) => {
    throw stuck(text(error), error);
  });
  const records = behind.reduce((sum, one) => sum + one.records, 0);
  if (records > 0) throw stuck(`the sink connector ${sink} is ${records} records behind (cdc status shows since when)`);
}

/** Debezium's place of the only partition; undefined before its first. */
function gtidsIn(offsets: Awaited<ReturnType<ConnectClient["getOffsets"]>>): string | undefined {
  const gtids = offsets?.[0]?.offset?.["gtids"];
  return typeof gtids === "string" ? gtids : undefined;
}

async function askFor(
  { shard }: FlowTarget,
  database: Connection,
  sql: string,
  values: readonly string[],
): Promise<string> {
  try {
    const [rows] = await database.query<RowDataPacket[]>(sql, [...values]);
    return String(rows[0]?.["answer"]).replaceAll("\n", "");
  } catch (error) {
    throw new FlowError(shard, "database", text(error), { cause: error });
  }
}
