/** A stack's MySQL servers, as root: over the published port, and by the client in the container. */
import { createConnection, type Connection, type ConnectionOptions } from "mysql2/promise";
import { dockerLines, type Checkout } from "./checkout.ts";

/** @param port as published. @param options beside the login; `password` spares the look into the state. */
export async function connectRoot(
  checkout: Checkout,
  port: number,
  options: ConnectionOptions = {},
): Promise<Connection> {
  const password = options.password ?? (await checkout.password("mysql-root-password"));
  // Who the server is was proven when the stack came up.
  const ssl = { rejectUnauthorized: false };
  return await createConnection({ host: "127.0.0.1", port, user: "root", ssl, ...options, password });
}

/** Runs statements in the container. @returns the rows' lines, columns apart by tabs. */
export async function sqlIn(container: string, password: string, statements: string): Promise<string[]> {
  const client = ["mysql", "-uroot", "--default-character-set=utf8mb4", "-Ne", statements];
  return await dockerLines("exec", "-e", `MYSQL_PWD=${password}`, container, ...client);
}
