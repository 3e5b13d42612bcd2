/** A connection whose rows are read one after another, for tables that do not fit into memory. */
import { createConnection, type Connection } from "mysql2";
import { loginError, loginOptions, type MysqlAddress } from "./client.ts";

const loginLimitMs = 10_000;

/**
 * Logs in; the connection's `promise()` asks, its `query(…).stream()` reads. The server waits ten minutes while rows are worked
 * on. Nothing is left open when the login fails.
 * @param settings further ones of the session, as in SET: `sql_mode = ''`.
 * @throws TlsError, or the server's or the network's own error.
 */
export async function connectStreaming(address: MysqlAddress, settings: readonly string[] = []): Promise<Connection> {
  const connection = createConnection({ ...loginOptions(address), connectTimeout: loginLimitMs, charset: "utf8mb4" });
  try {
    await connection.promise().connect();
    await connection.promise().query(`SET ${["net_write_timeout = 600", ...settings].join(", ")}`);
    return connection;
  } catch (error) {
    connection.destroy();
    throw loginError(address, error);
  }
}
