/**
 * The flow of one shard: a row written there has to arrive on its topic; when it does not, where it got stuck.
 * `up` sends one such probe through every shard, `cdc verify` as many as it is asked for.
 */
import type { MysqlLogin } from "../lib/endpoint.ts";
import { randomUUID } from "node:crypto";
import type { Connection } from "mysql2/promise";
import { failureOf } from "../clients/connect/status.ts";
import { ConnectClient } from "../clients/connect/client.ts";
import { decode, type ChangeEvent } from "../clients/debezium/events/decode.ts";
import { TopicReader, type TopicRecord, type TopicStream } from "../clients/kafka/topic.ts";
import { diagnose } from "./diagnose.ts";
import { connectTo, requireBinlog, requireTables, standOf, writeProbe } from "./flow-database.ts";
import { IndexProbe, type DocumentTimes } from "./flow-index.ts";
import { hasPassed, notPassed, sinkHasPassed } from "./flow-position.ts";
import { FlowError, text, type FlowTarget, type IndexTarget } from "./flow-target.ts";
import { nowMs } from "./now.ts";

export { FlowError, flowTargetOf, type FlowTarget, type Stage } from "./flow-target.ts";

export interface FlowResult {
  /** From before the commit on the shard until the event was consumed from its topic, or with an index until a search finds it. */
  readonly latencyMs: number;
}

/** When a probe was where, each by the clock of the one who was there; in ms since 1970, fractions included. */
export interface ProbeTimes {
  /** This process, before it sent the statement. */
  readonly sentMs: number;
  /** The server, when it committed (`source.ts_us`); undefined where the envelope was unwrapped or another converter wrote it. */
  readonly committedMs: number | undefined;
  /** Debezium, when it made the event of the row in the binlog (the envelope's `ts_us`); undefined likewise. */
  readonly capturedMs: number | undefined;
  /** The worker's producer, when it was given the record (the record's timestamp, whole milliseconds). */
  readonly producedMs: number;
  /** This process, when it had the record; the transaction that wrote it was committed by then. */
  readonly consumedMs: number;
  /** When this process found it on the read side; undefined where that was not asked for. */
  readonly indexed: DocumentTimes | undefined;
}

/**
 * Writes a probe row to the shard (the pipeline's own table) and waits for its event. Where nothing may be written, it waits until
 * the connector has passed what the server has by now.
 * @param login of the CDC account.
 * @param timeoutMs how long the way of the change may take, a first snapshot included.
 * @param index where its document has to be found after that; default: the event is enough.
 * @throws FlowError naming the stage at which the change got stuck.
 */
export async function checkFlow(
  target: FlowTarget,
  login: MysqlLogin,
  timeoutMs: number,
  index?: IndexTarget,
): Promise<FlowResult> {
  const probe = await FlowProbe.open(target, login, index);
  try {
    const { sentMs, consumedMs, indexed } = await probe.send(timeoutMs);
    return { latencyMs: Math.round((indexed?.foundMs ?? consumedMs) - sentMs) };
  } finally {
    await probe.close();
  }
}

const lookEveryMs = 2000;

/** A shard with its probe topic open: one probe after the other; close it when done. */
export class FlowProbe {
  readonly #target: FlowTarget;
  readonly #index: IndexProbe | undefined;
  /** What the sink has to pass, where nothing may be written. */
  readonly #indexTarget: IndexTarget | undefined;
  readonly #database: Connection;
  readonly #reader: TopicReader;
  readonly #from: readonly bigint[];
  readonly #events: TopicStream;

  private constructor(
    target: FlowTarget,
    index: IndexProbe | undefined,
    indexTarget: IndexTarget | undefined,
    opened: { database: Connection; reader: TopicReader; from: readonly bigint[]; events: TopicStream },
  ) {
    this.#target = target;
    this.#index = index;
    this.#indexTarget = indexTarget;
    this.#database = opened.database;
    this.#reader = opened.reader;
    this.#from = opened.from;
    this.#events = opened.events;
  }

  /**
   * Logs in to the shard and opens its probe topic at the end.
   * @param login of the CDC account.
   * @param index where the probes' documents have to be found; default: probes end at the topic.
   * @throws FlowError when either is not possible (database, topic), the server writes no usable binlog, or a table that
   * is to be captured is not there.
   */
  static async open(target: FlowTarget, login: MysqlLogin, index?: IndexTarget): Promise<FlowProbe> {
    const reader = new TopicReader(target.kafka, target.probeTopic);
    let database: Connection | undefined;
    let indexProbe: IndexProbe | undefined;
    try {
      database = await connectTo(target, login);
      await requireBinlog(target, database);
      await requireTables(target, database);
      indexProbe = index && (await IndexProbe.open(target.shard, index));
      const { from, events } = await openAtEnd(target, reader);
      return new FlowProbe(target, indexProbe, index, { database, reader, from, events });
    } catch (error) {
      await Promise.allSettled([reader.close(), database?.end(), indexProbe?.close()]);
      throw error;
    }
  }

  /**
   * Sends one probe and waits for it.
   * @param timeoutMs how long its way may take.
   * @throws FlowError naming the stage at which it got stuck.
   */
  async send(timeoutMs: number): Promise<ProbeTimes> {
    const deadline = performance.now() + timeoutMs;
    if (this.#target.isReadOnly === true) return await this.#follow(deadline);
    for (;;) {
      const token = randomUUID();
      const sentMs = nowMs();
      await writeProbe(this.#target, this.#database, token);
      const record = await this.#arrival(({ value }) => value?.includes(token) === true, deadline);
      const consumedMs = nowMs();
      if (record === undefined) throw await diagnose(this.#target, this.#reader, this.#from);
      const event = changeIn(record);
      // A row that the snapshot picked up (op r) says nothing about the binlog: another one has to come as a change.
      if (event?.op === "r") continue;
      const committedUs = event?.sourceTimeUs;
      const indexed = await this.#index?.arrival({ token, committedUs }, deadline);
      return {
        sentMs,
        committedMs: committedUs === undefined ? undefined : committedUs / 1000,
        capturedMs: event?.capturedTimeUs === undefined ? undefined : event.capturedTimeUs / 1000,
        producedMs: record.timestampMs,
        consumedMs,
        indexed,
      };
    }
  }

  /** In place of a row of ours: the connector's place, and a heartbeat behind it. */
  async #follow(deadline: number): Promise<ProbeTimes> {
    const sentMs = nowMs();
    const stand = await standOf(this.#target, this.#database);
    const record = await this.#arrival(({ timestampMs }) => timestampMs >= Math.ceil(sentMs), deadline);
    if (record === undefined) throw await diagnose(this.#target, this.#reader, this.#from);
    if (!(await hasPassed(this.#target, stand, deadline))) throw notPassed(this.#target, stand);
    const consumedMs = nowMs();
    const times = { sentMs, committedMs: undefined, capturedMs: undefined, producedMs: record.timestampMs, consumedMs };
    if (this.#indexTarget === undefined) return { ...times, indexed: undefined };
    await sinkHasPassed(this.#target, this.#indexTarget, deadline);
    const passedMs = nowMs();
    return { ...times, indexed: { writtenMs: passedMs, foundMs: passedMs } };
  }

  /** Looks at the connector meanwhile: of one that has failed nothing will come. */
  async #arrival(isIt: (record: TopicRecord) => boolean, deadline: number): Promise<TopicRecord | undefined> {
    for (;;) {
      const leftMs = deadline - performance.now();
      const record = await this.#events.find(isIt, Math.min(leftMs, lookEveryMs)).catch((error: unknown) => {
        const { shard, probeTopic } = this.#target;
        throw new FlowError(shard, "topic", `${probeTopic} cannot be read any more: ${text(error)}`, {
          cause: error,
        });
      });
      if (record !== undefined || leftMs <= lookEveryMs) return record;
      const { connect, connector, shard } = this.#target;
      const status = await new ConnectClient(connect, { timeoutMs: lookEveryMs })
        .getStatus(connector)
        .catch(() => undefined);
      const failure = status === undefined ? undefined : failureOf(status);
      if (failure !== undefined) throw new FlowError(shard, "task", failure);
    }
  }

  /** Never fails: what was found is to be reported, not that something could not be closed. */
  async close(): Promise<void> {
    await this.#events.close();
    await Promise.allSettled([this.#reader.close(), this.#database.end(), this.#index?.close()]);
  }
}

/** Undefined where another converter than JSON's wrote it: the token alone says that it arrived. */
function changeIn(record: TopicRecord): ChangeEvent | undefined {
  const event = decode(record);
  return event.kind === "change" ? event : undefined;
}

async function openAtEnd(
  target: FlowTarget,
  reader: TopicReader,
): Promise<{ from: readonly bigint[]; events: TopicStream }> {
  try {
    const from = await reader.endOffsets();
    return { from, events: await reader.open(from) };
  } catch (error) {
    throw new FlowError(target.shard, "topic", `cannot read ${target.probeTopic}: ${text(error)}`, { cause: error });
  }
}
