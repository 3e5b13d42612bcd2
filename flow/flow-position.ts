/**
 * The proof of flow where nothing may be written: all that the server has committed by a moment is behind the connector's committed
 * place, and a heartbeat of after that moment has arrived. The place is committed with the events, or after them, so they are on
 * their topics.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectClient } from "../clients/connect/client.ts";
import { failureOf } from "../clients/connect/status.ts";
import { parseGtids, subtractGtids } from "../clients/debezium/history/gtid-set.ts";
import { placeOf, type Place } from "../clients/debezium/history/place.ts";
import { untilCaughtUp } from "../clients/kafka/sink-lag.ts";
import type { Stand } from "./flow-database.ts";
import { FlowError, text, type FlowTarget, type IndexTarget } from "./flow-target.ts";

const pollMs = 200;
const answerLimitMs = 2000;

/**
 * Waits until the connector has passed it: it has every transaction, or stands behind that byte. The second is for statements that
 * are no rows at the end of the binlog: Debezium counts their GTIDs with the next transaction. Files are compared only after a
 * heartbeat of after that moment was seen, so that the place is not one on another server of before.
 * @param deadline by `performance.now()`.
 * @returns false when it has not by then.
 * @throws FlowError when the connector has failed meanwhile.
 */
export async function hasPassed(target: FlowTarget, stand: Stand, deadline: number): Promise<boolean> {
  const executed = parseGtids(stand.executed);
  const worker = new ConnectClient(target.connect, { timeoutMs: answerLimitMs });
  for (;;) {
    // A worker that does not answer for a moment is asked again.
    const place = await worker.getOffsets(target.connector).then(placeOf, () => undefined);
    if (place !== undefined && place.snapshot === undefined) {
      const unread = subtractGtids(executed, parseGtids(place.gtids ?? ""));
      if (isBehind(stand, place) || unread.size === 0) return true;
    }
    if (performance.now() > deadline) return false;
    const status = await worker.getStatus(target.connector).catch(() => undefined);
    const failure = status === undefined ? undefined : failureOf(status);
    if (failure !== undefined) throw new FlowError(target.shard, "task", failure);
    await sleep(pollMs);
  }
}

/** Heartbeats come, and the place does not. */
export function notPassed({ shard, connector }: FlowTarget, { file, position }: Stand): FlowError {
  return new FlowError(
    shard,
    "binlog",
    `heartbeats of ${connector} arrive, but it has not come to ${file}:${position}, where its server was; it may be behind ` +
      "a large transaction, or read another server (cdc offsets shows its place)",
  );
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

/** Whether a place lies at or behind a stand. Names of binlog files end in numbers that grow in length only beyond a million. */
export function isBehind(
  { file, position }: Pick<Stand, "file" | "position">,
  place: Pick<Place, "file" | "position">,
): boolean {
  const [stood, read] = [numberOf(file), numberOf(place.file)];
  if (stood === undefined || read === undefined) return false;
  return read > stood || (read === stood && place.position >= position);
}

function numberOf(file: string): number | undefined {
  const [, digits] = /\.(\d+)$/.exec(file) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
