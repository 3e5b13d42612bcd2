/** Servers that ask for TLS behind their greeting, as MySQL does, and every way to log in to them. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { createServer as createMysqlServer } from "mysql2";
import { afterEach, describe, expect, it, test } from "vitest";
import { readFacts } from "../../../clients/debezium/history/read.ts";
import { connectBytewise } from "../../../clients/mysql/bytewise.ts";
import { connectMysql, loginOptions, type MysqlAddress } from "../../../clients/mysql/client.ts";
import { connectStreaming } from "../../../clients/mysql/streaming.ts";
import { TlsError } from "../../../clients/tls.ts";
import { selfSigned } from "../../support/certificate.ts";

const own = selfSigned(["localhost"]);
const tls = { ca: own.cert };
const account = { user: "cdc", password: "s3cret" };

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION and CLIENT_PLUGIN_AUTH. */
const capabilities = 0x0008_8a00;

/** Protocol 10, as a server of MySQL 9.7 begins. */
function greeting(): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16LE(capabilities & 0xffff);
  const tail = Buffer.alloc(2);
  tail.writeUInt16LE(capabilities >>> 16);
  const body = Buffer.concat([
    Buffer.from("\x0a9.7.0\0"),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from("12345678\0"),
    head,
    Buffer.from([255, 2, 0]),
    tail,
    Buffer.from([21]),
    Buffer.alloc(10),
    Buffer.from("123456789012\0caching_sha2_password\0"),
  ]);
  return framed(body, 0);
}

function framed(body: Buffer, number: number): Buffer {
  return Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, number]), body]);
}

interface Seen {
  readonly names: (string | false | null)[];
  /** Accounts that came, encrypted. */
  readonly users: string[];
}

/** Answers everybody who is in with OK, to whatever is asked. */
async function server(): Promise<{ port: number; seen: Seen }> {
  const seen: Seen = { names: [], users: [] };
  const listener = createServer((socket: Socket) => {
    closers.push(() => socket.destroy());
    socket.on("error", () => {});
    socket.write(greeting());
    // The client's request for TLS; what follows, in the same packet at times, is encrypted.
    socket.once("readable", () => {
      socket.read(36);
      const encrypted = new TLSSocket(socket, { isServer: true, ...own });
      encrypted.on("error", () => {});
      encrypted.once("secure", () => {
        seen.names.push((encrypted as TLSSocket & { servername: string | false | null }).servername);
      });
      encrypted.on("data", (packet: Buffer) => {
        if (seen.users.length < seen.names.length) seen.users.push(packet.subarray(36).toString().split("\0")[0] ?? "");
        encrypted.write(framed(Buffer.from([0, 0, 0, 2, 0, 0, 0]), (packet[3] ?? 0) + 1));
      });
    });
  });
  closers.push(() => listener.close());
  listener.listen(0);
  await once(listener, "listening");
  return { port: (listener.address() as AddressInfo).port, seen };
}

const ways: [string, (address: MysqlAddress) => Promise<{ destroy: () => void }>][] = [
  ["statements", async (address) => await connectMysql(address, 20_000)],
  ["rows one after another", async (address) => await connectStreaming(address)],
  ["text of other people", async (address) => await connectBytewise(address)],
];

describe.each(ways)("a connection for %s", (_, connect) => {
  it("is encrypted for who trusts the server's authority, and its name is told", async () => {
    const { port, seen } = await server();
    const connection = await connect({ host: "localhost", port, tls, ...account });
    connection.destroy();
    expect(seen.names).toEqual(["localhost"]);
    expect(["cdc", "root"]).toContain(seen.users[0]);
  });

  it("does not come about for who does not: the error has the address and what to do", async () => {
    const { port, seen } = await server();
    const error: unknown = await connect({ host: "localhost", port, tls: {}, ...account }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TlsError);
    expect(error).toMatchObject({
      message: `MySQL at localhost:${port} has a certificate that is not trusted (self-signed certificate)`,
      remedy: expect.stringContaining("`tls.ca` of the endpoint") as string,
    });
    expect(seen.users).toEqual([]);
  });
});

test("a server's history is asked for by the same way", async () => {
  const { port } = await server();
  const place = {} as Parameters<typeof readFacts>[1];
  await expect(readFacts({ host: "localhost", port, tls: {}, ...account }, place)).rejects.toThrow(TlsError);
});

test("a server without TLS is given no password", async () => {
  const plain = createMysqlServer((connection) => {
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: "9.7.0",
      connectionId: 1,
      statusFlags: 2,
      characterSet: 255,
      // All but compression and TLS.
      capabilityFlags: 0xffffff ^ 0x820,
      authCallback: () => {
        throw new Error("a login came");
      },
    });
    connection.on("error", () => {});
  });
  closers.push(() => plain.close(() => {}));
  plain.listen(0);
  const { _server: listener } = plain as unknown as { _server: import("node:net").Server };
  if (!listener.listening) await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  await expect(connectMysql({ host: "127.0.0.1", port, tls, ...account }, 20_000)).rejects.toThrow(
    `MySQL at 127.0.0.1:${port} gives no encrypted connection (`,
  );
});

describe("mysql2's options", () => {
  it("of a plain endpoint are its address and the account", () => {
    const address = { host: "mysql-3308", port: 3306, ...account };
    expect(loginOptions({ ...address, database: "cdc" })).toEqual({ ...address, database: "cdc" });
  });

  it.each([
    ["mysql.example", true],
    ["10.0.0.1", false],
  ])("have the certificate's name compared at %s: %s", (host, verifyIdentity) => {
    expect(loginOptions({ host, port: 3306, tls, ...account })).toEqual({
      host,
      port: 3306,
      ...account,
      ssl: { ca: own.cert, verifyIdentity },
    });
  });
});
