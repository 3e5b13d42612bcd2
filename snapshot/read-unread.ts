/**
 * What `up` does for captured tables that were never read: a connector that has offsets takes no snapshot of a table that is
 * new to it, so one is asked for, followed and proven.
 */
import type { MysqlLogin } from "../lib/endpoint.ts";
import { ConnectClient } from "../clients/connect/client.ts";
import { RecordProducer } from "../clients/kafka/producer.ts";
import { TopicReader } from "../clients/kafka/topic.ts";
import { RangeReader } from "../clients/kafka/range.ts";
import { UserError } from "../lib/run.ts";
import { checkFlow } from "../flow/flow.ts";
import { capturedRecord } from "./evidence.ts";
import { followSnapshot, requireRunning, type Readings } from "./follow.ts";
import { readTablesState, unreadTables, type TableState, type TablesState } from "./state.ts";
import { describeProgress, secondsOf, type Progress } from "../clients/debezium/progress.ts";
import { proveRead, type Proof, type Unproven } from "./proof.ts";
import { readTables } from "./read-anew.ts";
import { runningSnapshot } from "./running.ts";
import { SnapshotServer } from "./server.ts";
import { asksForEveryRow, tablesBySignal } from "./signal.ts";
import type { TablesTarget } from "./target.ts";

/** How long a change of the pipeline's own may take behind what is in front of it. */
const passLimitMs = 60_000;
/** Progress is logged this often. */
const tellMs = 2000;

export interface Say {
  /** What stays to be read. */
  readonly result: (text: string) => void;
  /** What is of interest only until the next word. */
  readonly progress: (text: string) => void;
}

/**
 * Reads what was not read, and writes down what is.
 * @param login of the CDC account.
 * @throws UserError when a table cannot be read, or not every row of it came to its topic; FlowError when no change flows.
 */
export async function readUnread(target: TablesTarget, login: MysqlLogin, say: Say): Promise<void> {
  const state = await readTablesState(target);
  if (!state.isKnown) {
    say.result(
      `${target.shard}: which tables were read is not known: ${target.notificationTopic} is written by another converter than JSON's`,
    );
    return;
  }
  if (unreadTables(state).length === 0) {
    await writeDown(target, state, nothingFound);
    return;
  }
  const reading = new Reading(target, login, say);
  try {
    await reading.read(unreadTables(await reading.awaitIdle()));
  } catch (error) {
    // The connector's word for a table counts, unless it is taken back.
    if (reading.found.lost.size > 0) await writeDown(target, await readTablesState(target), reading.found);
    throw error;
  }
  await writeDown(target, await readTablesState(target), reading.found);
  if (reading.failure !== undefined) throw reading.failure;
}

/** What the connector's own word does not tell. */
interface Found {
  /** Tables of which not every row came to the topic. */
  readonly lost: ReadonlySet<string>;
  /** Tables without a key, and without a row that could be read. */
  readonly empty: ReadonlySet<string>;
}

const nothingFound: Found = { lost: new Set(), empty: new Set() };

/** Adds a record of the tables that are read, when it would say something new. */
async function writeDown(target: TablesTarget, state: TablesState, { lost, empty }: Found): Promise<void> {
  const read = state.tables.filter(
    ({ table, read: evidence }) => (evidence !== undefined || empty.has(table)) && !lost.has(table),
  );
  const isSaid =
    state.reported.isWhole &&
    state.reported.read.size === read.length &&
    read.every(({ table, topicId }) => state.reported.read.get(table)?.topicId === topicId);
  if (isSaid) return;
  const ids = new Map(read.map(({ table, topicId }) => [table, topicId]));
  const producer = new RecordProducer(target.kafka);
  try {
    await producer.send(target.notificationTopic, [capturedRecord(ids, state.reported.schemas, Date.now())]);
  } finally {
    await producer.close();
  }
}

class Reading {
  readonly #target: TablesTarget;
  readonly #login: MysqlLogin;
  readonly #say: Say;
  readonly #worker: ConnectClient;
  readonly #failures: string[] = [];
  readonly #lost = new Set<string>();
  readonly #empty = new Set<string>();

  constructor(target: TablesTarget, login: MysqlLogin, say: Say) {
    this.#target = target;
    this.#login = login;
    this.#say = say;
    this.#worker = new ConnectClient(target.connect, { timeoutMs: 10_000 });
  }

  get found(): Found {
    return { lost: this.#lost, empty: this.#empty };
  }

  get failure(): UserError | undefined {
    if (this.#failures.length === 0) return undefined;
    const { shard, connector } = this.#target;
    return new UserError(
      this.#failures.map((one) => `${shard}: ${one}`).join("\n"),
      `mend it, then run the same command again; cdc offsets reset ${shard} has ${connector} read all its tables from the beginning`,
    );
  }

  /**
   * Waits until no snapshot runs: what a signal of before has begun, by an `up` that was broken off or by a person, is
   * followed to its end and not asked for twice.
   * @returns what is read then.
   */
  async awaitIdle(): Promise<TablesState> {
    const { shard, connector } = this.#target;
    await requireRunning(this.#worker, connector);
    // A signal that was written before this change has been taken up when the change has passed.
    await this.#pass();
    for (;;) {
      // In this order: what ends in between is read by then, and its end is in the offsets.
      const { tables, id } = await runningSnapshot(this.#worker, connector);
      const state = await readTablesState(this.#target);
      if (tables.length === 0 || id === undefined) return state;
      const whose = asksForEveryRow(id) ? "goes on with" : "waits for";
      this.#say.progress(`${shard}: ${whose} a snapshot of ${tables.join(", ")} that runs already`);
      await this.#follow(id, tables, state.end);
    }
  }

  /** Has the connector read the tables, and proves it. */
  async read(unread: readonly TableState[]): Promise<void> {
    if (unread.length === 0) return;
    const { shard } = this.#target;
    const server = await SnapshotServer.open(this.#target, this.#login);
    try {
      const readable: TableState[] = [];
      for (const one of unread) {
        if (await server.hasKey(one.table)) readable.push(one);
        else if (await server.isEmpty(one.table)) this.#empty.add(one.table);
        else this.#failures.push(withoutKey(one.table));
      }
      const from = await this.#ends(readable);
      for (const tables of tablesBySignal(readable.map(({ table }) => table))) {
        const { readings } = await readTables(this.#target, this.#worker, server, tables, {
          onProgress: this.#teller(),
          isInterrupted: () => false,
          whenSilent: async () => await this.#pass(),
        });
        await this.#pass();
        for (const table of tables) {
          const progress = readings.get(table);
          const result = progress?.result ?? "the snapshot was ended";
          const topic = unread.find((one) => one.table === table)?.topic ?? null;
          if (progress === undefined || (result !== "SUCCEEDED" && result !== "EMPTY")) {
            this.#failures.push(
              `${table}: not every row was read (${result}); cdc logs connect has the worker's own words`,
            );
          } else if (topic === null) {
            this.#say.result(
              `${shard}: ${table} was read, ${rowsOf(progress)}; where transforms of your own have sent them is not looked at`,
            );
          } else {
            this.#say.progress(`${shard} ${table}: looking whether every row is on ${topic}`);
            const proof = await this.#prove(table, topic, from.get(topic) ?? [], progress);
            if (!this.#judge(table, topic, progress, proof)) this.#lost.add(table);
          }
        }
      }
    } finally {
      await server.close();
    }
  }

  /** By topic, where it ends before anything is read. */
  async #ends(tables: readonly TableState[]): Promise<Map<string, readonly bigint[]>> {
    const reader = new RangeReader(this.#target.kafka);
    try {
      const facts = await reader.facts(tables.flatMap(({ topic }) => topic ?? []));
      return new Map([...facts].map(([topic, { ends }]) => [topic, ends]));
    } finally {
      await reader.close();
    }
  }

  async #prove(table: string, topic: string, from: readonly bigint[], progress: Progress): Promise<Proof | Unproven> {
    return await proveRead({
      target: this.#target,
      login: this.#login,
      table,
      topic,
      from,
      expectedRows: progress.rows,
      pass: async () => await this.#pass(),
    });
  }

  /** @returns false when rows are missing. */
  #judge(table: string, topic: string, progress: Progress, proof: Proof | Unproven): boolean {
    const { shard, skipsErrors } = this.#target;
    const was = `${shard}: ${table} was read while changes went on, ${rowsOf(progress)}`;
    if ("why" in proof) {
      this.#say.result(`${was}; that all are on ${topic} cannot be proven: ${proof.why}`);
      return true;
    }
    if (proof.missing === 0) {
      this.#say.result(`${was}; ${describeProof(proof, topic)}`);
      return true;
    }
    const few =
      proof.examples.length === 0
        ? ""
        : ` (${proof.examples.join("; ")}${proof.missing > proof.examples.length ? " …" : ""})`;
    const lack = `${table}: ${proof.missing} of ${proof.rows} rows did not come to ${topic}${few}`;
    if (skipsErrors) {
      this.#say.result(`${shard}: ${lack}; errors.tolerance lets the connector leave out what it cannot write`);
      return true;
    }
    this.#failures.push(`${lack}; cdc logs connect tells what became of them`);
    return false;
  }

  async #follow(id: string, tables: readonly string[], from: bigint): Promise<void> {
    const { kafka, notificationTopic, connector, chunkSize } = this.#target;
    const reader = new TopicReader(kafka, notificationTopic);
    try {
      const stream = await reader.open([from]);
      try {
        const scopes = new Map(tables.map((table) => [table, { chunkSize, minimumKey: undefined }]));
        const isOver = this.#overByOffsets(id);
        const followed = { connector, id, scopes, hasBegun: true, whenSilent: async () => await this.#pass() };
        await followSnapshot(stream, this.#worker, followed, this.#teller(), isOver);
      } finally {
        await stream.close();
      }
    } finally {
      await reader.close();
    }
  }

  /** Its end may have been reported before this was read: the offsets know. */
  #overByOffsets(id: string): () => boolean {
    let [isOver, askedAt] = [false, performance.now()];
    return () => {
      if (performance.now() - askedAt > tellMs) {
        askedAt = performance.now();
        void runningSnapshot(this.#worker, this.#target.connector).then(
          (now) => (isOver = now.tables.length === 0 || now.id !== id),
          () => {}, // a worker that does not answer is seen by who follows
        );
      }
      return isOver;
    };
  }

  #teller(): (readings: Readings) => void {
    let toldAt = performance.now();
    return (readings) => {
      if (performance.now() - toldAt < tellMs) return;
      toldAt = performance.now();
      const open = [...readings].filter(([, { result }]) => result === undefined);
      const [first] = open.filter(([, { rows, startedMs }]) => rows > 0 || startedMs !== undefined);
      if (first === undefined) return;
      const others = open.length > 1 ? `; ${open.length - 1} more` : "";
      this.#say.progress(`${this.#target.shard} ${first[0]}: ${describeProgress(first[1])}${others}`);
    };
  }

  /** What was committed before has passed the connector when this returns. */
  async #pass(): Promise<void> {
    await checkFlow(this.#target, this.#login, passLimitMs);
  }
}

function withoutKey(table: string): string {
  return `${table} was never read, and has no key along which its rows could be read while changes go on; give it a primary key`;
}

function rowsOf(progress: Progress): string {
  const rows = `${progress.rows.toLocaleString("en-US")} row${progress.rows === 1 ? "" : "s"}`;
  return `${rows} in ${secondsOf(progress).toFixed(1)} s`;
}

function describeProof({ rows, keys, oneIn, by }: Proof, topic: string): string {
  const table = rows.toLocaleString("en-US");
  if (by === "count")
    return oneIn === 1
      ? `${topic} has ${keys.toLocaleString("en-US")} keys for the ${table} rows there are`
      : "its keys are too many to be counted";
  if (oneIn > 1)
    return `of the ${table} rows there are, those looked for (one in ${oneIn}, by its key) are all on ${topic}`;
  return `all ${table} rows that there are have a record on ${topic}`;
}
