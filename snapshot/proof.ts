/**
 * The proof that the rows of a table came to its topic, while others go on writing.
 *
 * Every row that is there at one moment after the reading has to have a record on the topic since before the reading: the
 * connector read it, or it was changed meanwhile. That holds whatever is written in between, with compaction (the newest
 * record of a key stays), with shards that share a topic (the key names the shard), and with and without the envelope.
 */
import type { MysqlLogin } from "../lib/endpoint.ts";
import type { Connection as StreamingConnection } from "mysql2";
import type { RowDataPacket } from "mysql2/promise";
import { RangeReader, type TopicFacts } from "../clients/kafka/range.ts";
import { fits } from "../plan/captured.ts";
import { isComparable, KeySet, serverText, textOfKey, topicKey, topicText, type KeyColumn } from "./keys.ts";
import type { TablesTarget } from "./target.ts";
import { connectStreaming } from "../clients/mysql/streaming.ts";
import { quotedName, quotedTable } from "../lib/sql.ts";

/** So many keys are held at once; of a larger table a part is compared. */
const keysAtOnce = 1_000_000;

export interface Proof {
  /** Rows of the table at the moment of the proof. */
  readonly rows: number;
  /** Keys of the shard on the topic since the reading began; in a part of the keys only when `oneIn` is above 1. */
  readonly keys: number;
  /** 1 when every key was compared, 10 when a tenth was. */
  readonly oneIn: number;
  /** Rows without a record; when the key cannot be compared, how many there are at least. */
  readonly missing: number;
  /** Keys of some of them. */
  readonly examples: readonly string[];
  /** How the keys were held against each other; by their count where a column's value has two forms. */
  readonly by: "keys" | "count";
}

/** Why nothing could be proven. */
export interface Unproven {
  readonly why: string;
}

export interface ProofArgs {
  readonly target: TablesTarget;
  readonly login: MysqlLogin;
  readonly table: string;
  readonly topic: string;
  /** By partition: the end of the topic before the reading began. */
  readonly from: readonly bigint[];
  /** Rows that the reading is known to have had: how many keys are to be expected. */
  readonly expectedRows: number;
  /** Waits until what is committed by now is on the topics. */
  readonly pass: () => Promise<void>;
}

/** @throws Error when server or broker do not answer. */
export async function proveRead(args: ProofArgs): Promise<Proof | Unproven> {
  const { target, table, topic, from, expectedRows } = args;
  const reader = new RangeReader(target.kafka);
  const server = await ServerKeys.open(target, args.login);
  try {
    await server.beginSnapshot();
    // What is behind the moment has passed when a change of after it has.
    await args.pass();
    const facts = (await reader.facts([topic])).get(topic);
    if (facts === undefined) return { why: `${topic} is gone` };
    if (facts.starts.some((start, partition) => start > (from[partition] ?? 0n)))
      return { why: `records of the reading are not kept on ${topic} any more (its retention)` };
    const range = { reader, topic, from, facts };
    const columns = await keyColumns(range, server, target, table);
    if (typeof columns === "string") return { why: columns };
    const onTopic = new KeySet(Math.max(1, Math.ceil(expectedRows / keysAtOnce)));
    const by = isComparable(columns) ? "keys" : "count";
    for await (const key of shardKeys(range, target))
      onTopic.add(
        textOfKey(
          columns.map((column) =>
            by === "keys" ? topicText(column, key[column.name]) : JSON.stringify(key[column.name]),
          ),
        ),
      );
    const { oneIn, size: keys } = onTopic;
    if (by === "count") {
      const rows = await server.count(table);
      // A hash is as good as another: a part of the keys stands for all of them, give or take what chance does.
      const missing = Math.max(0, oneIn === 1 ? rows - keys : 0);
      return { rows, keys, oneIn, missing, examples: [], by };
    }
    let [rows, missing] = [0, 0];
    const examples: string[] = [];
    for await (const values of server.keys(table, columns)) {
      rows += 1;
      if (onTopic.has(textOfKey(values)) !== false) continue;
      missing += 1;
      if (examples.length < 3) examples.push(columns.map(({ name }, at) => `${name}=${values[at]}`).join(","));
    }
    return { rows, keys, oneIn, missing, examples, by };
  } finally {
    server.close();
    await reader.close();
  }
}

interface TopicRange {
  readonly reader: RangeReader;
  readonly topic: string;
  readonly from: readonly bigint[];
  readonly facts: TopicFacts;
}

/** The columns of the topic's keys (`message.key.columns` may make others of it than the primary key's), or why they are of no use. */
async function keyColumns(
  range: TopicRange,
  server: ServerKeys,
  target: TablesTarget,
  table: string,
): Promise<readonly KeyColumn[] | string> {
  const columns = await server.columns(table);
  for await (const key of shardKeys(range, target)) {
    const names = Object.keys(key).filter((name) => name !== target.shardKey?.field);
    const found = names.flatMap((name) => columns.find((column) => column.name === name) ?? []);
    if (found.length < names.length) return `the keys on ${range.topic} are not the table's columns`;
    const isHidden = ({ name }: KeyColumn) => target.hiddenColumns.some((one) => fits(one, `${table}.${name}`));
    return found.some(isHidden) ? "its key is masked on the topic" : found;
  }
  // Nothing is there: every row is missing, by whatever key.
  return columns.filter(({ isKey }) => isKey);
}

async function* shardKeys({ reader, topic, from, facts }: TopicRange, { shardKey }: TablesTarget) {
  for (const [partition, end] of facts.ends.entries()) {
    for await (const record of reader.read(topic, partition, from[partition] ?? 0n, end)) {
      const key = topicKey(record.key);
      if (key === undefined || (shardKey !== null && key[shardKey.field] !== shardKey.value)) continue;
      yield key;
    }
  }
}

/** The keys of a table at one moment. */
class ServerKeys {
  readonly #connection: StreamingConnection;

  private constructor(connection: StreamingConnection) {
    this.#connection = connection;
  }

  static async open(target: TablesTarget, login: MysqlLogin): Promise<ServerKeys> {
    return new ServerKeys(await connectStreaming({ ...target.mysql, ...login }));
  }

  async beginSnapshot(): Promise<void> {
    await this.#connection.promise().query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    await this.#connection.promise().query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  }

  async columns(table: string): Promise<(KeyColumn & { readonly isKey: boolean })[]> {
    const [rows] = await this.#connection
      .promise()
      .query<RowDataPacket[]>(
        "SELECT COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_KEY AS part FROM information_schema.COLUMNS " +
          "WHERE CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) = ?",
        [table],
      );
    return rows.map(({ name, type, part }) => ({ name: String(name), type: String(type), isKey: part === "PRI" }));
  }

  async count(table: string): Promise<number> {
    const [rows] = await this.#connection
      .promise()
      .query<RowDataPacket[]>(`SELECT COUNT(*) AS count FROM ${quotedTable(table)}`);
    return Number(rows[0]?.["count"]);
  }

  /** One after the other, as texts. */
  async *keys(table: string, columns: readonly KeyColumn[]): AsyncGenerator<string[]> {
    const sql = `SELECT ${columns.map(({ name }) => quotedName(name)).join(", ")} FROM ${quotedTable(table)}`;
    const typeCast = (field: { buffer: () => Buffer | null }) => field.buffer();
    const stream = this.#connection.query({ sql, rowsAsArray: true, typeCast }).stream({ highWaterMark: 1024 });
    for await (const cells of stream as AsyncIterable<readonly (Buffer | null)[]>)
      yield columns.map((column, at) => serverText(column, cells[at] ?? Buffer.alloc(0)));
  }

  /** At once: a query that was given up would have to be read to its end first. */
  close(): void {
    this.#connection.destroy();
  }
}
