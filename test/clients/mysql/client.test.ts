/** Servers that say nothing: at the login, and afterwards. */
import { createServer as createNetServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { createServer as createMysqlServer } from "mysql2";
import type { Connection } from "mysql2/promise";
import { afterEach, expect, test } from "vitest";
import { connectMysql, SilentServerError } from "../../../clients/mysql/client.ts";
import { checkFlow } from "../../../flow/flow.ts";

const limitMs = 300;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Takes connections and never answers. */
async function silentPort(): Promise<number> {
  const sockets = new Set<{ destroy: () => void }>();
  const server = createNetServer((socket) => sockets.add(socket));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Lets everybody in, and answers no statement. */
async function deafPort(): Promise<number> {
  const server = createMysqlServer((connection) => {
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: "9.7.0",
      connectionId: 1,
      statusFlags: 2,
      characterSet: 255,
      capabilityFlags: 0xffffff ^ 0x800,
      authCallback: (_: unknown, done: (error: null) => void) => done(null),
    });
    for (const heard of ["error", "query", "stmt_prepare"]) connection.on(heard, () => {});
    closers.push(() => (connection as unknown as { stream: { destroy: () => void } }).stream.destroy());
  });
  closers.push(() => server.close(() => {}));
  server.listen(0);
  const { _server: listener } = server as unknown as { _server: import("node:net").Server };
  if (!listener.listening) await once(listener, "listening");
  return (listener.address() as AddressInfo).port;
}

test("a server that takes the connection and never answers ends the login, named", async () => {
  const port = await silentPort();
  await expect(connectMysql({ host: "127.0.0.1", port, user: "a", password: "b" }, limitMs)).rejects.toThrow(
    new RegExp(`^MySQL at 127\\.0\\.0\\.1:${port} does not answer: nothing came for 0\\.3 s`),
  );
});

test.each([
  ["query", async (connection: Connection) => await connection.query("SELECT 1")],
  ["execute", async (connection: Connection) => await connection.execute("SELECT 1")],
])("one that falls silent later ends a %s; then closing waits for nothing", async (_how, ask) => {
  const connection = await connectMysql(
    { host: "127.0.0.1", port: await deafPort(), user: "a", password: "b" },
    limitMs,
  );
  await expect(ask(connection)).rejects.toThrow(SilentServerError);
  await connection.end();
});

test("closing a connection that is asked something still, and is not answered, ends too", async () => {
  const connection = await connectMysql(
    { host: "127.0.0.1", port: await deafPort(), user: "a", password: "b" },
    60_000,
  );
  connection.query("SELECT 1").catch(() => {});
  await connection.end();
});

test("a refused connection is told with its address", async () => {
  const port = await silentPort();
  for (const close of closers.splice(0)) close();
  await expect(connectMysql({ host: "127.0.0.1", port, user: "a", password: "b" }, limitMs)).rejects.toThrow(
    `MySQL at 127.0.0.1:${port} does not answer (connect ECONNREFUSED 127.0.0.1:${port})`,
  );
});

test("the flow check of a frozen server says so, by shard, address and stage", async () => {
  const port = await silentPort();
  const target = {
    shard: "shard1",
    mysql: { host: "127.0.0.1", port },
    connector: "c",
    connect: { url: "http://127.0.0.1:1" },
    kafka: { bootstrap: "127.0.0.1:1" },
    probeTopic: "t",
    tables: "",
    workers: [],
  };
  await expect(checkFlow(target, { user: "debezium", password: "x" }, 1000)).rejects.toThrow(
    `shard1: no change flows; stuck at database: MySQL at 127.0.0.1:${port} does not answer`,
  );
}, 60_000);
