/** A connection that sends SQL as the mysql client does, for text of other people whose bytes may be anything. */
import type { Connection } from "mysql2/promise";
import type { MysqlEndpoint } from "../../lib/endpoint.ts";
import { loginError, loginOptions, unlessCutOff } from "./client.ts";

/** Root's way in. */
export interface ServerAddress extends MysqlEndpoint {
  readonly password: string;
}

const answerLimitMs = 10_000;

/**
 * Logs in as root, as the mysql client does: without flags of mysql2's own, which change what SQL means.
 * Bytes go out as they are in the text, one for each character; what the server says is to be read by `said`.
 */
export async function connectBytewise(address: ServerAddress): Promise<Connection> {
  return await unlessCutOff(async () => await logIn(address));
}

async function logIn(address: ServerAddress): Promise<Connection> {
  // The client takes a third of a second to load: most runs of the plugin need none.
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection({
    ...loginOptions({ ...address, user: "root" }),
    connectTimeout: answerLimitMs,
    charset: "LATIN1_SWEDISH_CI",
    multipleStatements: true,
    // Without tracking, mysql2 does not follow the character set, and bytes go out as they are.
    flags: ["-FOUND_ROWS", "-IGNORE_SPACE", "-LOCAL_FILES", "-ODBC", "-SESSION_TRACK"],
  }).catch((error: unknown) => {
    throw loginError(address, error);
  });
  // A connection that breaks is reported by the query that it breaks.
  connection.on("error", () => {});
  await connection.query("SET NAMES utf8mb4");
  return connection;
}

/** An error's text, which the connection has read a byte a character. */
export function said(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

/** Text of ours, as the connection sends it; what it reads of results is text again. */
export function bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
