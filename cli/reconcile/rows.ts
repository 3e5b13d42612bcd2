/** A shard's rows, as the sink would write them. */
import type { Readable } from "node:stream";
import type { Connection as StreamingConnection } from "mysql2";
import type { Connection, FieldPacket, RowDataPacket } from "mysql2/promise";
import type { Value } from "../../clients/debezium/events/json.ts";
import { hostAndPort, type MysqlLogin } from "../../lib/endpoint.ts";
import type { IndexedShard } from "../../plan/types.ts";
import { UnreachableError } from "../exit.ts";
import { comparable } from "./comparable.ts";
import { documentId } from "./document-id.ts";
import { isKey, keyCondition, literal } from "./key-condition.ts";
import { documentValue, hasMoreDigits, inDocuments, isNotCarried, keyText, textOf } from "./normalise.ts";
import { rangeColumn, wholeTable, type KeyRange } from "./range.ts";
import type { TableSpec } from "./table.ts";
import { connectStreaming } from "../../clients/mysql/streaming.ts";
import { messageOf } from "../../lib/run.ts";
import { quotedName, quotedTable } from "../../lib/sql.ts";

/** A row as its document should be. */
export interface ShardRow {
  readonly id: string;
  /** The primary key's columns as text. */
  readonly key: readonly string[];
  /** The first column of the key as it is in the document: where the row lies among the ranges. */
  readonly place: string;
  /** The compared columns' values, in the order of the table's spec. */
  readonly values: readonly Value[];
  /** The same, comparable. */
  readonly comparables: readonly string[];
  /** Columns of these whose value no event can have. */
  readonly notCarried: readonly string[];
  /** Columns of these that are compared in six digits, and have more. */
  readonly sixDigits: readonly string[];
}

/** A shard's server, logged in to as the CDC account; close it when done. */
export class ShardRows {
  readonly connection: Connection;
  readonly #streaming: StreamingConnection;
  readonly #shard: IndexedShard;

  private constructor(connection: StreamingConnection, shard: IndexedShard) {
    this.#streaming = connection;
    this.connection = connection.promise();
    this.#shard = shard;
  }

  /** @throws UnreachableError when the CDC account cannot log in. */
  static async open(shard: IndexedShard, login: MysqlLogin): Promise<ShardRows> {
    try {
      // UTC, and no mode that changes what is read.
      const settings = ["time_zone = '+00:00'", "sql_mode = ''"];
      return new ShardRows(await connectStreaming({ ...shard.mysql, ...login }, settings), shard);
    } catch (error) {
      throw new UnreachableError(
        `${login.user} cannot log in to MySQL of ${shard.name} at ${hostAndPort(shard.mysql)}: ${messageOf(error)}`,
        `cdc doctor --shard ${shard.name} says what is wrong; make up starts a stopped server of the stack`,
        { cause: error },
      );
    }
  }

  /** Reads what is committed now, and nothing later, from here on. */
  async beginSnapshot(): Promise<void> {
    await this.connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    await this.connection.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  }

  /** The server's clock, in µs since 1970: the clock that commits are stamped by. */
  async nowUs(): Promise<number> {
    const [rows] = await this.connection.query<RowDataPacket[]>("SELECT UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS now");
    return Math.round(Number(rows[0]?.["now"]));
  }

  async count({ table }: TableSpec): Promise<number> {
    const [rows] = await this.connection.query<RowDataPacket[]>(`SELECT COUNT(*) AS count FROM ${quotedTable(table)}`);
    return Number(rows[0]?.["count"]);
  }

  /** The rows of a range in the order of the primary key, as they come. */
  async *read(spec: TableSpec, range: KeyRange = wholeTable): AsyncGenerator<ShardRow> {
    const order = spec.key.map(({ name }) => quotedName(name)).join(", ");
    const sql = `${this.#select(spec)}${whereIn(spec, range)} ORDER BY ${order}`;
    const stream: Readable = this.#streaming.query(rawQuery(sql)).stream({ highWaterMark: 256 });
    for await (const cells of stream) yield this.#row(spec, cells as Cells);
  }

  /** Those of the rows that exist, by id. */
  async byKeys(spec: TableSpec, keys: readonly (readonly string[])[]): Promise<Map<string, ShardRow>> {
    const possible = keys.filter((key) => isKey(spec.key, key));
    if (possible.length === 0) return new Map();
    const sql = `${this.#select(spec)} WHERE ${keyCondition(spec.key, possible)}`;
    const [found] = (await this.connection.query(rawQuery(sql))) as unknown as [Cells[], FieldPacket[]];
    return new Map(found.map((cells) => this.#row(spec, cells)).map((row) => [row.id, row]));
  }

  /** At once: a query that was given up would have to be read to its end first. */
  close(): void {
    this.#streaming.destroy();
  }

  /** The key's columns, then the compared ones; a FLOAT's own text would cut it to six digits. */
  #select({ table, key, columns }: TableSpec): string {
    const cells = [...key, ...columns].map(({ name, dataType }) =>
      dataType === "float" ? `CAST(${quotedName(name)} AS DOUBLE)` : quotedName(name),
    );
    return `SELECT ${cells.join(", ")} FROM ${quotedTable(table)}`;
  }

  #row({ key, columns }: TableSpec, cells: Cells): ShardRow {
    const parts = key.map((column, at) => keyText(column, cells[at] ?? Buffer.alloc(0)));
    const values = columns.map((column, at) => documentValue(column, cells[key.length + at] ?? null));
    return {
      id: documentId(this.#shard.id, parts),
      key: parts,
      place: key[0] === undefined ? "" : textOf(inDocuments(key[0], documentValue(key[0], cells[0] ?? null))),
      values,
      comparables: columns.map((column, at) => comparable(column, inDocuments(column, values[at] ?? null))),
      notCarried: columns.filter((column, at) => isNotCarried(column, values[at] ?? null)).map(({ name }) => name),
      sixDigits: columns.filter((column, at) => hasMoreDigits(column, values[at] ?? null)).map(({ name }) => name),
    };
  }
}

type Cells = readonly (Buffer | null)[];

/** The bytes as the server sent them. */
function rawQuery(sql: string) {
  return { sql, rowsAsArray: true, typeCast: (field: { buffer: () => Buffer | null }) => field.buffer() };
}

function whereIn(spec: TableSpec, { from, to }: KeyRange): string {
  const column = rangeColumn(spec);
  if (column === undefined) return "";
  const bounds = [
    ...(from === undefined ? [] : [`${quotedName(column.name)} >= ${literal(column, from)}`]),
    ...(to === undefined ? [] : [`${quotedName(column.name)} < ${literal(column, to)}`]),
  ];
  return bounds.length === 0 ? "" : ` WHERE ${bounds.join(" AND ")}`;
}
