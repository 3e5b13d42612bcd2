/** Connections to MySQL on which nothing waits for ever: a server that is frozen takes connections and answers nothing. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection, ConnectionOptions, FieldPacket, QueryResult } from "mysql2/promise";
import { hostAndPort, type MysqlEndpoint, type MysqlLogin } from "../../lib/endpoint.ts";
import { messageOf, UnreachableError } from "../../lib/run.ts";
import { serverNameOf, tlsError, tlsOptions } from "../tls.ts";

/** A server answers within milliseconds; on a machine that starts a stack beside it, within seconds. */
const answerLimitMs = 10_000;
/** A farewell that is not answered is not waited for. */
const farewellMs = 1000;

/** An endpoint, and what is no part of it. */
export type MysqlAddress = MysqlEndpoint & MysqlLogin & Pick<ConnectionOptions, "database">;

/**
 * An address as mysql2 takes it. By an IP address the server's certificate is held to its authority alone: mysql2 compares names
 * only.
 */
export function loginOptions({ host, port, tls, user, password, database }: MysqlAddress): ConnectionOptions {
  return {
    host,
    port,
    user,
    password,
    ...(database !== undefined && { database }),
    ...(tls !== undefined && {
      ssl: { ...tlsOptions(tls), verifyIdentity: tls.verify !== "ca" && "servername" in serverNameOf(host) },
    }),
  };
}

/** The way to the server is not there, or nobody listens at its end. */
const unreached = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"]);

/** What a login met, in words when TLS or the way to the server is why. */
export function loginError(endpoint: MysqlEndpoint, error: unknown): unknown {
  const server = `MySQL at ${hostAndPort(endpoint)}`;
  if (!unreached.has(codeOf(error))) return tlsError(server, error) ?? error;
  return new UnreachableError(
    `${server} does not answer (${messageOf(error)})`,
    "See whether the server runs (of one of the stack, `cdc status` tells), and the way to it.",
    { cause: error },
  );
}

/** No answer in time, to a login or a statement. */
export class SilentServerError extends Error {
  constructor(address: string, limitMs: number, options?: ErrorOptions) {
    super(
      `MySQL at ${address} does not answer: nothing came for ${limitMs / 1000} s (is it, or its container, paused?)`,
      options,
    );
    this.name = "SilentServerError";
  }
}

/**
 * Logs in.
 * @param limitMs how long the login and each statement may take; the connection is closed when one takes longer.
 * @returns a connection whose `query` and `execute` throw SilentServerError then, and whose `end` never waits or throws.
 * @throws SilentServerError, TlsError, or the server's or the network's own error.
 */
export async function connectMysql(address: MysqlAddress, limitMs = answerLimitMs): Promise<Connection> {
  // Loaded only here: many a run needs no server.
  const { createConnection } = await import("mysql2/promise");
  const silent = (error?: unknown) => new SilentServerError(hostAndPort(address), limitMs, { cause: error });
  const connection = await createConnection({ ...loginOptions(address), connectTimeout: limitMs }).catch(
    (error: unknown) => {
      throw codeOf(error) === "ETIMEDOUT" ? silent(error) : loginError(address, error);
    },
  );
  // What is lost between statements is reported by the next one.
  connection.on("error", () => {});

  type Ask = (...args: never[]) => Promise<[QueryResult, FieldPacket[]]>;
  const bounded =
    (ask: Ask): Ask =>
    async (...args) => {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(silent());
          // Else it would be waited for at the end, and would keep the process.
          connection.destroy();
        }, limitMs);
      });
      try {
        return await Promise.race([ask(...args), limit]);
      } finally {
        clearTimeout(timer);
      }
    };
  const end = connection.end.bind(connection);
  Object.assign(connection, {
    query: bounded(connection.query.bind(connection)),
    execute: bounded(connection.execute.bind(connection)),
    end: async () => {
      const timer = setTimeout(() => connection.destroy(), farewellMs);
      await Promise.race([end(), new Promise((resolve) => setTimeout(resolve, farewellMs).unref())]).catch(() => {});
      clearTimeout(timer);
    },
  });
  return connection;
}

/**
 * Logs in again, some times, when the server cuts a login off: on a busy machine one can take longer than the server waits for it
 * (its `connect_timeout`).
 * @param logIn any way to log in.
 * @throws the last login's error, and at once every other one.
 */
export async function unlessCutOff<T>(logIn: () => Promise<T>): Promise<T> {
  for (let left = logins; ; left -= 1) {
    try {
      return await logIn();
    } catch (error) {
      if (!cutOff.has(codeOf(error)) || left <= 1) throw error;
      await sleep(pauseMs);
    }
  }
}

const logins = 5;
const pauseMs = 500;
const cutOff = new Set(["PROTOCOL_CONNECTION_LOST", "ECONNRESET"]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
