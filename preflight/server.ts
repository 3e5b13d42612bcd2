/** Asks a running MySQL server whether it can be captured. */
import type { RowDataPacket } from "mysql2/promise";
import type { Problem } from "../plan/problem.ts";
import { askedVariables, judgeServer, probedTimes, type ExpectedServer, type ServerFacts } from "./server-rules.ts";

/** A server, and the CDC account on it. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** What problems are about: `shard0`, or a field of the configuration. */
  readonly path: string;
}

/** A server answers within a few round trips; on a machine that starts a stack beside it, within seconds. */
const answerLimitMs = 10_000;

/**
 * Checks binlog variables, retention, time zone and the account's privileges (CDC-711 to CDC-715). Changes nothing.
 *
 * A server of the stack's own is what the plan makes of it: ask it only when nothing about it is going to change, that is
 * in an `apply` on outputs of its readiness and of its grants, which are unknown while a change is previewed.
 * @returns CDC-711 alone when the server cannot be asked.
 */
export async function checkServer(server: ServerAddress, expected: ExpectedServer): Promise<Problem[]> {
  let facts: ServerFacts;
  try {
    facts = await askServer(server);
  } catch (error) {
    return [unreachable(server, error)];
  }
  return judgeServer(server.path, facts, expected);
}

async function askServer({ host, port, user, password }: ServerAddress): Promise<ServerFacts> {
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection({ host, port, user, password, connectTimeout: answerLimitMs });
  try {
    const rows = async (sql: string, values: readonly unknown[] = []) =>
      (await connection.query<RowDataPacket[]>({ sql, timeout: answerLimitMs, rowsAsArray: true }, [...values]))[0].map(
        (row) => (row as unknown as unknown[]).map(String),
      );
    const variables = await rows("SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)", [askedVariables]);
    // A session takes the global zone at its start; init_connect might have changed that.
    await connection.query("SET time_zone = @@GLOBAL.time_zone");
    const [probed = []] = await rows(`SELECT ${probedTimes.map(() => "UNIX_TIMESTAMP(?)").join(", ")}`, probedTimes);
    const [[account = user] = []] = await rows("SELECT CURRENT_USER()");
    const grants = await rows("SHOW GRANTS");
    return {
      address: `${host}:${port}`,
      variables: Object.fromEntries(variables.map(([name = "", value = ""]) => [name, value])),
      probedSeconds: probed.map(Number),
      account,
      grants: grants.map(([grant = ""]) => grant),
    };
  } finally {
    await connection.end().catch(() => connection.destroy());
  }
}

function unreachable({ host, port, user, path }: ServerAddress, error: unknown): Problem {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const said = (error instanceof Error && error.message) || code || String(error);
  const denied = code === "ER_ACCESS_DENIED_ERROR";
  return {
    code: "CDC-711",
    path,
    message: `${user} cannot log in to the MySQL server at ${host}:${port}: ${said}`,
    remedy: denied
      ? `make the account (CREATE USER '${user}'@'%' IDENTIFIED BY …), or give it the password that the pipeline uses`
      : "start the server, or mend its address and the way to it (firewall, bind_address)",
  };
}
