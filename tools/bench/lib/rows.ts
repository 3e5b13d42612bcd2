/** Rows for a burst: written by the server itself, so that the writer takes little of the machine. */
import type { MysqlLogin } from "../../../lib/endpoint.ts";
import { randomUUID } from "node:crypto";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { loginOptions } from "../../../clients/mysql/client.ts";
import type { ShardPlan } from "../../../plan/types.ts";
import { probeStatement } from "../../../flow/flow-database.ts";

/** A captured table of the sample schema; its rows have numbers, texts, JSON and times. */
export const burstTable = "products.products";

/** Rows of one statement, which is one transaction. */
const statementRows = 1000;

/** Numbers its rows from 0 by three digits, put together. */
const insertInto = (table: string) => `
  INSERT INTO ${table} (sku, name, description, price, weight_kg, attributes)
  WITH digits (d) AS (VALUES ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7), ROW(8), ROW(9)),
    numbers (n) AS (SELECT a.d + 10 * b.d + 100 * c.d FROM digits a, digits b, digits c)
  SELECT CONCAT(?, ? + n), CONCAT('product ', n), 'A row of a burst, with a text of a usual length', 9.99 + n, n / 7,
    JSON_OBJECT('colour', 'red', 'wheels', n)
  FROM numbers WHERE n < ?`;

/** A place in a shard's binlog, as Debezium keeps it. */
export type Place = Readonly<Record<"file" | "pos" | "gtids", string | number>>;

/** The topic on which the burst's rows arrive. */
export function burstTopic({ topicPrefix }: ShardPlan): string {
  return `${topicPrefix}.${burstTable}`;
}

/** A shard's server, written to as root; close it when done. */
export class BurstWriter {
  readonly shard: ShardPlan;
  readonly #database: Connection;

  private constructor(shard: ShardPlan, database: Connection) {
    this.shard = shard;
    this.#database = database;
  }

  static async open(shard: ShardPlan, login: MysqlLogin): Promise<BurstWriter> {
    return new BurstWriter(shard, await createConnection(loginOptions({ ...shard.endpoints.fromHost, ...login })));
  }

  /**
   * Writes that many rows, a thousand to a transaction.
   * @param table with the burst table's columns; default that table.
   */
  async write(rows: number, table = burstTable): Promise<void> {
    const run = randomUUID().slice(0, 8);
    for (let written = 0; written < rows; written += statementRows) {
      const count = Math.min(statementRows, rows - written);
      await this.#database.query(insertInto(table), [`${run}-`, written, count]);
    }
  }

  /** Makes a further table with the burst table's columns. */
  async makeTable(table: string): Promise<void> {
    await this.#database.query(`CREATE TABLE ${table} LIKE ${burstTable}`);
  }

  /** Writes the pipeline's probe row; its event is the last one of what was written before. */
  async mark(token: string): Promise<void> {
    await this.#database.query(probeStatement, [token]);
  }

  /** Where the binlog ends now. */
  async place(): Promise<Place> {
    const [rows] = await this.#database.query<RowDataPacket[]>("SHOW BINARY LOG STATUS");
    const { File, Position, Executed_Gtid_Set } = rows[0] as Record<string, string | number>;
    return { file: File ?? "", pos: Number(Position), gtids: String(Executed_Gtid_Set).replaceAll(/\s/g, "") };
  }

  async close(): Promise<void> {
    await this.#database.end();
  }
}
