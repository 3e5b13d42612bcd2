/** What a server says of its binlog. */
import type { TLSSocket } from "node:tls";
import type { RowDataPacket } from "mysql2/promise";
import { keptSecondsOf, type Binlog } from "../../lib/binlog.ts";
import { certificateEndOf } from "../tls.ts";
import { connectMysql, type MysqlAddress } from "./client.ts";

export interface Binlogs {
  readonly files: readonly Binlog[];
  /** How long a file is kept after it was closed; undefined: for ever. */
  readonly keptSeconds: number | undefined;
  /** When the server's certificate ends, in ms since 1970; undefined where the connection is not encrypted. */
  readonly certificateEndMs: number | undefined;
}

/**
 * The server's binlog files, and how long they stay; SHOW BINARY LOGS has the same name in every MySQL, and counts up to the last commit.
 * @throws Error when the server does not answer, or the account may not ask that.
 */
export async function readBinlogs(address: MysqlAddress): Promise<Binlogs> {
  const connection = await connectMysql(address);
  try {
    const [rows] = await connection.query<RowDataPacket[]>("SHOW BINARY LOGS");
    const [variables] = await connection.query<RowDataPacket[]>(
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('binlog_expire_logs_seconds', 'binlog_expire_logs_auto_purge')",
    );
    // The promises' connection has the one that has the socket.
    const { stream } = (connection as unknown as { readonly connection: { readonly stream: Partial<TLSSocket> } })
      .connection;
    return {
      files: rows.map((row) => ({ file: String(row["Log_name"]), sizeBytes: Number(row["File_size"]) })),
      keptSeconds: keptSecondsOf(new Map(variables.map((row) => [String(row["Variable_name"]), String(row["Value"])]))),
      certificateEndMs: certificateEndOf(stream),
    };
  } finally {
    await connection.end();
  }
}
