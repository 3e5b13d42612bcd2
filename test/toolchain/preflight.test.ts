import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkPorts, publishedPorts } from "../../toolchain/preflight.ts";

test.each([
  ["127.0.0.1:3308->3306/tcp", [3308]],
  ["127.0.0.1:8083->8083/tcp, 33060/tcp", [8083]],
  ["0.0.0.0:9092->9092/tcp, [::]:9092->9092/tcp", [9092]],
  ["127.0.0.1:8000-8002->8000-8002/tcp\n127.0.0.1:9->9/tcp", [8000, 8001, 8002, 9]],
  ["3306/tcp", []],
  ["", []],
])("publishedPorts(%j)", (column, expected) => {
  expect([...publishedPorts(column)]).toEqual(expected);
});

describe("checkPorts, with real sockets on loopback", () => {
  const servers: Server[] = [];
  const listen = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const server = createServer();
      servers.push(server);
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        if (address === null || typeof address === "string") reject(new Error("no port"));
        else resolve(address.port);
      });
    });
  const close = (server: Server) => new Promise((resolve) => server.close(resolve));

  let taken: number;
  let free: number;
  beforeEach(async () => {
    taken = await listen();
    free = await listen();
    await close(servers.pop() as Server);
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(close));
  });

  test("a port that something else holds is named with what it is for, and the remedy is given", async () => {
    const wanted = [
      { port: free, what: "Kafka broker" },
      { port: taken, what: "MySQL of shard0" },
    ];
    await expect(checkPorts(wanted, new Set())).rejects.toMatchObject({
      message: `port ${taken} (MySQL of shard0) is in use by another process`,
      remedy: expect.stringContaining("pulumi config set portOffset 1000") as string,
    });
  });

  test("several are named at once", async () => {
    const second = await listen();
    const wanted = [
      { port: taken, what: "a" },
      { port: second, what: "b" },
    ];
    await expect(checkPorts(wanted, new Set())).rejects.toThrow(`port ${taken} (a), port ${second} (b) are in use`);
  });

  test("free ports and those of the stack's own containers pass", async () => {
    const wanted = [
      { port: free, what: "a" },
      { port: taken, what: "b" },
    ];
    await expect(checkPorts(wanted, new Set([taken]))).resolves.toBeUndefined();
  });
});
