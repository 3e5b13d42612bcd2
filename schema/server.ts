/** What schema files need of a MySQL server: logging in, its record of applied files, and which tables hold rows. */
import type { Connection, QueryResult, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { bytes } from "../clients/mysql/bytewise.ts";
import { cdcDatabase, systemDatabases } from "../lib/constants.ts";
import { quotedName } from "../lib/sql.ts";
import type { SchemaFile } from "./files.ts";
import type { FoundRows, LookForRows } from "./judge.ts";
import type { FileRecord } from "./pending.ts";

const answerLimitMs = 10_000;
const recordTable = `${cdcDatabase}.schema_file`;

async function rows(connection: Connection, sql: string, values: readonly string[] = []): Promise<RowDataPacket[]> {
  const [found] = await connection.query<RowDataPacket[]>({ sql, timeout: answerLimitMs }, values.map(bytes));
  return found;
}

/** Flags of the last answer that had some: a SELECT's has none. */
export function statusOf(result: QueryResult): number | undefined {
  const headers = [result].flat().filter((part): part is ResultSetHeader => "serverStatus" in part);
  return headers.at(-1)?.serverStatus;
}

/** A name for a statement. */
function quoted(name: string): string {
  return quotedName(bytes(name));
}

/** Makes the databases that are missing; none is ever dropped. */
export async function makeDatabases(connection: Connection, databases: readonly string[]): Promise<void> {
  for (const database of databases) {
    await connection.query(
      `CREATE DATABASE IF NOT EXISTS ${quoted(database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci`,
    );
  }
}

/** Makes the table of applied files in the pipeline's own database. */
export async function makeRecordTable(connection: Connection): Promise<void> {
  await connection.query(
    `CREATE TABLE IF NOT EXISTS ${recordTable} (
      id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name VARCHAR(255) COLLATE utf8mb4_bin NOT NULL UNIQUE COMMENT 'folder and file under sql/',
      sha256 CHAR(64) NOT NULL COMMENT 'of the file when it was last applied',
      statements INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'so many were applied, from the first on',
      chain CHAR(64) NOT NULL DEFAULT '' COMMENT 'hash over them',
      begun INT UNSIGNED NULL COMMENT 'the one that may have been run without this being noted',
      session MEDIUMTEXT NULL COMMENT 'what the session held, in hexadecimal',
      hashes MEDIUMTEXT NULL COMMENT 'of every statement, when all were applied',
      finished_at TIMESTAMP(6) NULL
    ) CHARACTER SET utf8mb4 COMMENT 'schema files that were applied'`,
  );
}

/** Whether the pipeline's own database has the table of applied files. */
async function hasRecordTable(connection: Connection): Promise<boolean> {
  const sql = "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = 'schema_file'";
  return (await rows(connection, sql, [cdcDatabase])).length > 0;
}

/** @returns none where no file was ever recorded. */
export async function readRecords(connection: Connection): Promise<FileRecord[]> {
  if (!(await hasRecordTable(connection))) return [];
  const found = await rows(connection, `SELECT *, finished_at IS NOT NULL AS is_finished FROM ${recordTable}`);
  return found.map((row) => ({
    name: String(row["name"]),
    sha256: String(row["sha256"]),
    statements: Number(row["statements"]),
    chain: String(row["chain"]),
    begun: row["begun"] === null ? undefined : Number(row["begun"]),
    hashes: String(row["hashes"] ?? ""),
    session: sessionOf(row["session"] as string | null),
    isFinished: Number(row["is_finished"]) === 1,
  }));
}

function sessionOf(hex: string | null): Record<string, string> {
  return hex === null ? {} : (JSON.parse(Buffer.from(hex, "hex").toString("utf8")) as Record<string, string>);
}

/** What is noted after a statement. */
export interface Progress {
  readonly statements: number;
  readonly chain: string;
  readonly begun?: number | undefined;
  readonly session: Readonly<Record<string, string>>;
}

/** A file's row of the record table. All that it sends is ASCII, so that a session's own character set does not matter. */
export class FileNote {
  readonly #connection: Connection;
  readonly #id: number;

  private constructor(connection: Connection, id: number) {
    this.#connection = connection;
    this.#id = id;
  }

  /** Makes the row, or gives it the file's name and content. @param renamedFrom its name before. */
  static async open(connection: Connection, file: SchemaFile, renamedFrom?: string): Promise<FileNote> {
    if (renamedFrom !== undefined)
      await connection.query(`UPDATE ${recordTable} SET name = ? WHERE name = ?`, [file.name, renamedFrom].map(bytes));
    await connection.query(
      `INSERT INTO ${recordTable} (name, sha256) VALUES (?, ?) ON DUPLICATE KEY UPDATE sha256 = VALUES(sha256), finished_at = NULL`,
      [file.name, file.sha256].map(bytes),
    );
    const [row] = await rows(connection, `SELECT id FROM ${recordTable} WHERE name = ?`, [file.name]);
    return new FileNote(connection, Number(row?.["id"]));
  }

  /** In the session's transaction, if it has one. @returns the answer's flags. */
  async write({ statements, chain, begun, session }: Progress): Promise<number> {
    const held = Object.keys(session).length === 0 ? null : Buffer.from(JSON.stringify(session)).toString("hex");
    const [result] = await this.#connection.query<ResultSetHeader>(
      `UPDATE ${recordTable} SET statements = ?, chain = ?, begun = ?, session = ?, hashes = NULL, finished_at = NULL WHERE id = ?`,
      [statements, chain, begun ?? null, held, this.#id],
    );
    return result.serverStatus;
  }

  /** Notes that all statements were applied. */
  async finish({ statements, chain, hashes }: FileRecord): Promise<void> {
    await this.#connection.query(
      `UPDATE ${recordTable} SET statements = ?, chain = ?, begun = NULL, session = NULL, hashes = ?, finished_at = NOW(6) WHERE id = ?`,
      [statements, chain, hashes, this.#id],
    );
  }
}

/** Asks the server, each table once. */
export function lookerFor(connection: Connection): LookForRows {
  const counted = new Map<string, Promise<FoundRows | undefined>>();
  const count = async (row: RowDataPacket) => {
    const [database, table] = [String(row["TABLE_SCHEMA"]), String(row["TABLE_NAME"])];
    const key = JSON.stringify([database, table]);
    const found = counted.get(key) ?? countRows(connection, row);
    counted.set(key, found);
    return await found;
  };
  return async (loss) => {
    const [where, values] = whereOf(loss);
    await rows(connection, "SET SESSION information_schema_stats_expiry = 0");
    const tables = await rows(
      connection,
      "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS, DATA_LENGTH + INDEX_LENGTH AS SIZE FROM information_schema.TABLES " +
        `WHERE ${where} ORDER BY TABLE_SCHEMA, TABLE_NAME`,
      values,
    );
    const found: FoundRows[] = [];
    for (const table of tables) {
      const rowsOfTable = await count(table);
      if (rowsOfTable !== undefined) found.push(rowsOfTable);
    }
    return found;
  };
}

function whereOf(loss: Parameters<LookForRows>[0]): [string, string[]] {
  if (loss.kind === "database") return ["TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE'", [loss.database]];
  if (loss.kind === "table") {
    return ["TABLE_SCHEMA = ? AND TABLE_NAME = ?", [loss.name.database ?? "", loss.name.table]];
  }
  const others = [...systemDatabases, cdcDatabase];
  return [`TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN (${others.map(() => "?").join(", ")})`, others];
}

/** Undefined for an empty table. Counting gives way to MySQL's estimate after two seconds. */
async function countRows(connection: Connection, table: RowDataPacket): Promise<FoundRows | undefined> {
  const [database, name] = [String(table["TABLE_SCHEMA"]), String(table["TABLE_NAME"])];
  const path = [database, name].map(quoted).join(".");
  const [some] = (
    await connection.query<RowDataPacket[]>({ sql: `SELECT 1 FROM ${path} LIMIT 1`, timeout: answerLimitMs })
  )[0];
  if (some === undefined) return undefined;
  const found = {
    database,
    table: name,
    mebibytes: Number(table["SIZE"] ?? 0) / 1024 ** 2,
  };
  try {
    const sql = `SELECT /*+ MAX_EXECUTION_TIME(2000) */ COUNT(*) AS count FROM ${path}`;
    const [counted] = (await connection.query<RowDataPacket[]>({ sql, timeout: answerLimitMs }))[0];
    return { ...found, rows: Number(counted?.["count"]), isExact: true };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ER_QUERY_TIMEOUT")) throw error;
    const estimate = table["TABLE_ROWS"] as number | null;
    return { ...found, rows: estimate ?? undefined, isExact: false };
  }
}
