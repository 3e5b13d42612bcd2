import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { brokerObstacle } from "../../../clients/kafka/obstacle.ts";

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map(async (server) => await new Promise((done) => server.close(done))));
});

/** Something on a port of its own that does so with who connects. */
async function listener(receive: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    receive(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As a broker does: an answer of the request's correlation id. */
const answering = (socket: Socket) =>
  socket.on("data", (request: Buffer) => {
    const isApiVersions = request.readInt16BE(4) === 18 && request.length === request.readInt32BE(0) + 4;
    if (isApiVersions)
      socket.write(Buffer.concat([Buffer.from([0, 0, 0, 10]), request.subarray(8, 12), Buffer.alloc(6)]));
  });
const frozen = () => {};
const proxy = (socket: Socket) => socket.end();

async function nobody(): Promise<string> {
  const address = await listener(frozen);
  await new Promise((done) => servers.pop()?.close(done));
  return address;
}

describe("a broker", () => {
  test("that answers is no obstacle", async () => {
    expect(await brokerObstacle({ bootstrap: await listener(answering) }, 5000)).toBeUndefined();
  });

  test.each<[string, () => Promise<string>, RegExp]>([
    ["whose port nobody holds", nobody, /\(connect ECONNREFUSED/],
    ["that is frozen", async () => await listener(frozen), /\(no answer within 0\.2 s\)/],
    ["behind a proxy that hangs up", async () => await listener(proxy), /\(it hung up\)/],
  ])("%s is named, with what it did", async (_, start, reason) => {
    const bootstrap = await start();
    const found = await brokerObstacle({ bootstrap }, 200);
    expect(found).toMatch(reason);
    expect(found).toContain(`no answer from Kafka at ${bootstrap} (`);
  });

  test("among several that are away is enough", async () => {
    const bootstrap = [await nobody(), await listener(frozen), await listener(answering)].join(",");
    const began = performance.now();
    expect(await brokerObstacle({ bootstrap }, 30_000)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test("of none is told of all", async () => {
    const bootstrap = [await nobody(), await listener(frozen)].join(",");
    expect(await brokerObstacle({ bootstrap }, 200)).toMatch(/ECONNREFUSED .*, no answer within 0\.2 s\)/);
  });
});
