/** The rows that dead letters are about, on their shards. */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { stringifyExact, type Row, type Value } from "../../clients/debezium/events/json.ts";
import { connectMysql } from "../../clients/mysql/client.ts";
import { UserError, messageOf } from "../../lib/run.ts";
import { hostAndPort, type MysqlLogin } from "../../lib/endpoint.ts";
import type { ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { readColumns } from "../../clients/opensearch/columns.ts";
import type { OperatedStack } from "../context.ts";
import { UnreachableError } from "../exit.ts";
import { keyCondition } from "../reconcile/key-condition.ts";
import type { RowColumn } from "../reconcile/normalise.ts";
import { deleteDocuments, reemitRows } from "../reconcile/repair.ts";
import type { Rows } from "./decide.ts";
import { quotedTable } from "../../lib/sql.ts";

/** Asks the shards themselves, as the CDC account. */
export function rowsOf(stack: OperatedStack, readSide: ReadSidePlan): Rows {
  const ask = async <T>(shard: ShardPlan, question: (database: Connection) => Promise<T>): Promise<T> =>
    await onServer(shard, await stack.cdcLogin(shard.name), question);
  const primaryKeys = new Map<string, Promise<readonly string[]>>();
  return {
    primaryKey: async (shard, table) => {
      const id = `${shard.name} ${table}`;
      const known = primaryKeys.get(id) ?? ask(shard, async (database) => await primaryKeyOf(database, table));
      primaryKeys.set(id, known);
      return await known;
    },
    exist: async (shard, table, keys) => await ask(shard, async (database) => await existing(database, table, keys)),
    reemit: async (shard, table, keys) => {
      const texts = keys.map(keyTexts);
      await reemitRows(stack, shard, table, texts);
      const index = readSide.indices.find((one) => one.table === table);
      const indexed = index?.shards.find(({ name }) => name === shard.name);
      if (index !== undefined && indexed !== undefined) await deleteDocuments(stack, readSide, index, indexed, texts);
    },
  };
}

/** A key's columns as text, in the key's order, as they are in a document's id. */
export function keyTexts(key: Row): string[] {
  return Object.values(key).map(keyText);
}

function keyText(value: Value): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "object") return stringifyExact(value);
  const bits = /^b'([01]*)'$/.exec(String(value));
  return bits?.[1] ?? String(value);
}

async function primaryKeyOf(database: Connection, table: string): Promise<string[]> {
  const dot = table.indexOf(".");
  const [rows] = await database.query<RowDataPacket[]>(
    "SELECT COLUMN_NAME AS name FROM information_schema.STATISTICS " +
      "WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND INDEX_NAME = 'PRIMARY' ORDER BY SEQ_IN_INDEX",
    [table.slice(0, dot), table.slice(dot + 1)],
  );
  return rows.map((row) => String(row["name"]));
}

async function existing(
  database: Connection,
  table: string,
  keys: readonly Row[],
): Promise<readonly (boolean | undefined)[]> {
  const columns = await readColumns(database, table);
  const found: (boolean | undefined)[] = [];
  for (const key of keys) {
    const condition = conditionFor(
      Object.keys(key).map((name) => columns.find((column) => column.name === name)),
      key,
    );
    if (condition === undefined) {
      found.push(undefined);
      continue;
    }
    const [rows] = await database.query<RowDataPacket[]>(
      `SELECT 1 FROM ${quotedTable(table)} WHERE ${condition} LIMIT 1`,
    );
    found.push(rows.length > 0);
  }
  return found;
}

/** Undefined for a key that the table cannot have. */
function conditionFor(columns: readonly (Omit<RowColumn, "isNullable"> | undefined)[], key: Row): string | undefined {
  const known = columns.flatMap((column) => (column === undefined ? [] : [{ ...column, isNullable: false }]));
  if (known.length === 0 || known.length < columns.length) return undefined;
  try {
    return keyCondition(known, [keyTexts(key)]);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** @throws UnreachableError when the CDC account cannot log in. */
async function onServer<T>(
  shard: ShardPlan,
  login: MysqlLogin,
  question: (database: Connection) => Promise<T>,
): Promise<T> {
  const endpoint = shard.endpoints.fromHost;
  const database = await connectMysql({ ...endpoint, ...login }).catch((error: unknown) => {
    throw new UnreachableError(
      `${login.user} cannot log in to MySQL of ${shard.name} at ${hostAndPort(endpoint)}: ${messageOf(error)}`,
      `cdc doctor --shard ${shard.name} says what is wrong; all letters are still there`,
      { cause: error },
    );
  });
  try {
    return await question(database);
  } finally {
    await database.end();
  }
}
