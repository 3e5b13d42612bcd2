/** What a snapshot asks of the shard's server, as the CDC account. */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { connectMysql } from "../clients/mysql/client.ts";
import { hostAndPort, type MysqlLogin } from "../lib/endpoint.ts";
import type { SnapshotTarget } from "./target.ts";
import { UnreachableError, UsageError, messageOf } from "../lib/run.ts";
import type { Signal } from "./signal.ts";
import { quotedName, quotedTable, tableParts } from "../lib/sql.ts";

const numberTypes = /^(tiny|small|medium|big)?int|^decimal|^double|^float/;

type Address = Pick<SnapshotTarget, "shard" | "mysql" | "kafka" | "signalTable" | "signalTopic">;

async function sendSignal(
  kafka: SnapshotTarget["kafka"],
  { name, key }: NonNullable<SnapshotTarget["signalTopic"]>,
  value: string,
): Promise<void> {
  const { RecordProducer } = await import("../clients/kafka/producer.ts");
  const producer = new RecordProducer(kafka);
  try {
    await producer.send(name, [{ key, value }]);
  } finally {
    await producer.close();
  }
}

/** A shard's server, logged in to; close it when done. */
export class SnapshotServer {
  readonly #connection: Connection;
  readonly #target: Address;

  private constructor(connection: Connection, target: Address) {
    this.#connection = connection;
    this.#target = target;
  }

  /** @throws UnreachableError when the CDC account cannot log in. */
  static async open(target: Address, login: MysqlLogin): Promise<SnapshotServer> {
    try {
      return new SnapshotServer(await connectMysql({ ...target.mysql, ...login }), target);
    } catch (error) {
      throw new UnreachableError(
        `${login.user} cannot log in to MySQL of ${target.shard} at ${hostAndPort(target.mysql)}: ${messageOf(error)}`,
        `cdc doctor --shard ${target.shard} says what is wrong; make up starts a stopped server of the stack`,
        { cause: error },
      );
    }
  }

  /**
   * Where the key range of a table begins.
   * @returns undefined when the key's first column is no number, or the table is empty.
   * @throws UsageError when there is no such table, or it has no key: Debezium reads chunks along it.
   */
  async minimumKey(table: string): Promise<number | undefined> {
    const [first] = await this.#keyColumns(table);
    if (first === undefined)
      throw new UsageError(
        `${table} has no primary key; an incremental snapshot reads along it`,
        "give the table a primary key, or take a whole snapshot: cdc offsets reset",
      );
    if (!numberTypes.test(first.type)) return undefined;
    const [row] = await this.#rows(`SELECT MIN(${quotedName(first.name)}) AS minimum FROM ${quotedTable(table)}`);
    return row?.["minimum"] === null || row === undefined ? undefined : Number(row["minimum"]);
  }

  /** Whether a table can be read along a key. @throws UsageError when there is no such table. */
  async hasKey(table: string): Promise<boolean> {
    return (await this.#keyColumns(table)).length > 0;
  }

  async isEmpty(table: string): Promise<boolean> {
    return (await this.#rows(`SELECT 1 FROM ${quotedTable(table)} LIMIT 1`)).length === 0;
  }

  /** The primary key's, else those of a unique key without NULLs, which Debezium takes for it. */
  async #keyColumns(table: string): Promise<{ readonly name: string; readonly type: string }[]> {
    const [database, name] = tableParts(table);
    const columns = await this.#rows(
      "SELECT c.COLUMN_NAME AS name, c.DATA_TYPE AS type, c.IS_NULLABLE AS nullable, s.INDEX_NAME AS keyName, " +
        "s.SEQ_IN_INDEX AS place, s.NON_UNIQUE AS many FROM information_schema.COLUMNS c " +
        "LEFT JOIN information_schema.STATISTICS s ON s.TABLE_SCHEMA = c.TABLE_SCHEMA " +
        "AND s.TABLE_NAME = c.TABLE_NAME AND s.COLUMN_NAME = c.COLUMN_NAME " +
        "WHERE c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ?",
      [database, name],
    );
    if (columns.length === 0)
      throw new UsageError(
        `${table} is to be captured, but ${this.#target.shard} has no such table`,
        "make it (sql/ for a table of the pipeline's schema), then ask again",
      );
    const unique = Map.groupBy(
      columns.filter(({ keyName, many }) => keyName !== null && Number(many) === 0),
      ({ keyName }) => String(keyName),
    );
    const whole = [...unique].filter(([, parts]) => parts.every(({ nullable }) => nullable === "NO"));
    const key = whole.find(([keyName]) => keyName === "PRIMARY") ?? whole[0];
    return (key?.[1] ?? [])
      .toSorted((a, b) => Number(a["place"]) - Number(b["place"]))
      .map((column) => ({ name: String(column["name"]), type: String(column["type"]) }));
  }

  /** @throws UsageError in the server's words when the condition does not fit the table. */
  async checkCondition(table: string, where: string): Promise<void> {
    try {
      await this.#connection.query(`EXPLAIN SELECT 1 FROM ${quotedTable(table)} WHERE ${where}`);
    } catch (error) {
      throw new UsageError(
        `--where ${where}: the server does not take it: ${messageOf(error)}`,
        `write a condition on the columns of ${table}, as after WHERE in SQL`,
        { cause: error },
      );
    }
  }

  /** Writes a signal; the connector reads a row from the binlog, so the row itself need not stay. */
  async signal({ id, type, data }: Signal): Promise<void> {
    const { kafka, signalTable, signalTopic } = this.#target;
    if (signalTopic !== undefined) {
      const value = JSON.stringify({ id, type, data: JSON.parse(data) as unknown });
      return await sendSignal(kafka, signalTopic, value);
    }
    if (signalTable === undefined) throw new Error(`${this.#target.shard} takes no signals`);
    const table = quotedTable(signalTable);
    await this.#connection.execute(`INSERT INTO ${table} (id, type, data) VALUES (?, ?, ?)`, [id, type, data]);
    await this.#connection.execute(`DELETE FROM ${table} WHERE id = ?`, [id]);
  }

  async close(): Promise<void> {
    await this.#connection.end();
  }

  async #rows(sql: string, values: readonly string[] = []): Promise<RowDataPacket[]> {
    return (await this.#connection.query<RowDataPacket[]>(sql, [...values]))[0];
  }
}
