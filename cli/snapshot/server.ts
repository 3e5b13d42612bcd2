/** What an ad-hoc snapshot asks of the shard's server, as the CDC account. */
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { cdcUser } from "../../plan/constants.ts";
import type { ShardPlan } from "../../plan/types.ts";
import { UnreachableError, UsageError } from "../exit.ts";
import type { Signal } from "./signal.ts";

/** A server answers within milliseconds; a condition is only explained, never run. */
const answerLimitMs = 10_000;

const numberTypes = /^(tiny|small|medium|big)?int|^decimal|^double|^float/;

/** A shard's server, logged in to; close it when done. */
export class SnapshotServer {
  readonly #connection: Connection;
  readonly #shard: ShardPlan;

  private constructor(connection: Connection, shard: ShardPlan) {
    this.#connection = connection;
    this.#shard = shard;
  }

  /** @throws UnreachableError when the CDC account cannot log in. */
  static async open(shard: ShardPlan, password: string): Promise<SnapshotServer> {
    try {
      const port = shard.port.host;
      const options = { host: "127.0.0.1", port, user: cdcUser, password, connectTimeout: answerLimitMs };
      return new SnapshotServer(await createConnection(options), shard);
    } catch (error) {
      throw new UnreachableError(
        `${cdcUser} cannot log in to MySQL of ${shard.name} at 127.0.0.1:${shard.port.host}: ${messageOf(error)}`,
        `cdc doctor --shard ${shard.name} says what is wrong; make up starts a stopped server`,
        { cause: error },
      );
    }
  }

  /**
   * Where the key range of a table begins.
   * @returns undefined when the key's first column is no number, or the table is empty.
   * @throws UsageError when there is no such table, or it has no primary key: Debezium reads chunks along it.
   */
  async minimumKey(table: string): Promise<number | undefined> {
    const [database, name] = splitName(table);
    const columns = await this.#rows(
      "SELECT c.COLUMN_NAME AS name, c.DATA_TYPE AS type, c.COLUMN_KEY AS part, s.SEQ_IN_INDEX AS place " +
        "FROM information_schema.COLUMNS c LEFT JOIN information_schema.STATISTICS s ON s.TABLE_SCHEMA = c.TABLE_SCHEMA " +
        "AND s.TABLE_NAME = c.TABLE_NAME AND s.COLUMN_NAME = c.COLUMN_NAME AND s.INDEX_NAME = 'PRIMARY' " +
        "WHERE c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ?",
      [database, name],
    );
    if (columns.length === 0)
      throw new UsageError(
        `${table} is to be captured, but ${this.#shard.name} has no such table`,
        "make it (sql/ for a table of the pipeline's schema), then ask again",
      );
    const first = columns.find(({ place }) => Number(place) === 1);
    if (first === undefined)
      throw new UsageError(
        `${table} has no primary key; an incremental snapshot reads along it`,
        "give the table a primary key, or take a whole snapshot: cdc offsets reset",
      );
    if (!numberTypes.test(String(first["type"]))) return undefined;
    const [row] = await this.#rows(
      `SELECT MIN(${quoted(String(first["name"]))}) AS minimum FROM ${quotedTable(table)}`,
    );
    return row?.["minimum"] === null || row === undefined ? undefined : Number(row["minimum"]);
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

  /** Writes a signal; the connector reads it from the binlog, so the row itself need not stay. */
  async signal({ id, type, data }: Signal): Promise<void> {
    const table = quotedTable(this.#shard.signalTable);
    await this.#connection.execute(`INSERT INTO ${table} (id, type, data) VALUES (?, ?, ?)`, [id, type, data]);
    await this.#connection.execute(`DELETE FROM ${table} WHERE id = ?`, [id]);
  }

  async close(): Promise<void> {
    await this.#connection.end().catch(() => this.#connection.destroy());
  }

  async #rows(sql: string, values: readonly string[] = []): Promise<RowDataPacket[]> {
    return (await this.#connection.query<RowDataPacket[]>({ sql, timeout: answerLimitMs }, [...values]))[0];
  }
}

function splitName(table: string): [string, string] {
  const at = table.indexOf(".");
  return [table.slice(0, at), table.slice(at + 1)];
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function quotedTable(table: string): string {
  return splitName(table).map(quoted).join(".");
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
