/** What the flow check asks of a shard's server; every refusal is a FlowError with the stage `database` or `binlog`. */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { connectMysql, SilentServerError } from "../clients/mysql/client.ts";
import { cdcDatabase } from "../lib/constants.ts";
import { missingTables } from "./captured-tables.ts";
import { hostAndPort, type MysqlLogin } from "../lib/endpoint.ts";
import { FlowError, text, type FlowTarget } from "./flow-target.ts";

/** Logs in as the CDC account. */
export async function connectTo(target: FlowTarget, login: MysqlLogin): Promise<Connection> {
  return await connectMysql({
    ...target.mysql,
    ...login,
    ...(target.isReadOnly !== true && { database: cdcDatabase }),
  }).catch(stuck(target, `${login.user} cannot log in at ${hostAndPort(target.mysql)}`));
}

/** A server that is silent says all of it by that, whatever it was asked. */
function stuck({ shard }: FlowTarget, what: string): (error: unknown) => never {
  return (error) => {
    const message = error instanceof SilentServerError ? error.message : `${what}: ${text(error)}`;
    throw new FlowError(shard, "database", message, { cause: error });
  };
}

/** Writes the probe row; its one value is the token. */
export const probeStatement =
  `INSERT INTO ${cdcDatabase}.probe (id, token, written_at) VALUES (1, ?, NOW(6)) ` +
  "ON DUPLICATE KEY UPDATE token = VALUES(token), written_at = VALUES(written_at)";

/** Writes the probe row, so that its change carries the token. */
export async function writeProbe(target: FlowTarget, database: Connection, token: string): Promise<void> {
  await database.execute(probeStatement, [token]).catch(stuck(target, "the probe row could not be written"));
}

/** How far a server's binlog had come at a moment. */
export interface Stand {
  /** Every transaction in it. */
  readonly executed: string;
  /** Its newest file, and how long that was, in bytes. */
  readonly file: string;
  readonly position: number;
}

/** How far the server's binlog has come by now. */
export async function standOf(target: FlowTarget, database: Connection): Promise<Stand> {
  const ask = async (sql: string) =>
    (await database.query<RowDataPacket[]>(sql).catch(stuck(target, "its place in the binlog cannot be read")))[0];
  const [server] = await ask("SELECT @@GLOBAL.gtid_executed AS executed");
  const newest = (await ask("SHOW BINARY LOGS")).at(-1);
  return {
    executed: String(server?.["executed"]),
    file: String(newest?.["Log_name"]),
    position: Number(newest?.["File_size"]),
  };
}

/** The server has to write a binlog that Debezium can use. */
export async function requireBinlog(target: FlowTarget, database: Connection): Promise<void> {
  const variables =
    "SELECT @@log_bin AS log_bin, @@binlog_format AS binlog_format, @@binlog_row_image AS binlog_row_image";
  const [rows] = await database.query<RowDataPacket[]>(variables).catch(stuck(target, "its variables cannot be read"));
  const found = rows[0] as { log_bin: number; binlog_format: string; binlog_row_image: string };
  if (found.log_bin === 1 && found.binlog_format === "ROW" && found.binlog_row_image === "FULL") return;
  throw new FlowError(
    target.shard,
    "binlog",
    `log_bin=${found.log_bin}, binlog_format=${found.binlog_format}, binlog_row_image=${found.binlog_row_image}; ` +
      "CDC needs log_bin=1, ROW and FULL",
  );
}

/** Every table that is to be captured has to be there. */
export async function requireTables(target: FlowTarget, database: Connection): Promise<void> {
  const missing = await missingTables(database, target.tables).catch(stuck(target, "its tables cannot be listed"));
  if (missing.length === 0) return;
  throw new FlowError(
    target.shard,
    "database",
    `${missing.join(", ")}: to be captured, but not on the server; make the table (cdc:schema), or take it out of cdc:tables`,
  );
}
