/** Whether a MySQL server is there, without logging in. */
import { connect } from "node:net";
import { hostAndPort, type MysqlEndpoint } from "../../lib/endpoint.ts";

/**
 * Connects and waits for the greeting with which a MySQL server opens every connection: a port alone may be held open
 * by an engine's proxy, or by a server that no longer does anything. It comes before anything is encrypted.
 * @returns why it does not answer, in one line; undefined when it does.
 */
export async function databaseObstacle(endpoint: MysqlEndpoint, timeoutMs: number): Promise<string | undefined> {
  const found = await new Promise<string | undefined>((resolve) => {
    const socket = connect({ host: endpoint.host, port: endpoint.port });
    const end = (why: string | undefined) => {
      socket.destroy();
      clearTimeout(timer);
      resolve(why);
    };
    const timer = setTimeout(() => end(`no greeting within ${timeoutMs / 1000} s`), timeoutMs);
    socket.once("data", () => end(undefined));
    socket.once("end", () => end("it hung up without a greeting"));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
  return found === undefined ? undefined : `MySQL at ${hostAndPort(endpoint)} does not answer (${found})`;
}
