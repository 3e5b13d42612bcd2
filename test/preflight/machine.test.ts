import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { freeDiskMiB, lookAtMachine, portIsTaken } from "../../preflight/machine.ts";

const servers: Server[] = [];
const close = (server: Server) => new Promise((resolve) => server.close(resolve));
afterEach(async () => {
  await Promise.all(servers.splice(0).map(close));
});

function listen(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    servers.push(server);
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port"));
      else resolve(address.port);
    });
  });
}

describe("portIsTaken, with real sockets", () => {
  it.each(["127.0.0.1", "0.0.0.0"])(
    "a port on which something listens at %s is taken, and free again afterwards",
    async (host) => {
      const port = await listen(host);
      expect(await portIsTaken(port, "127.0.0.1")).toBe(true);
      await close(servers.pop() as Server);
      expect(await portIsTaken(port, "127.0.0.1")).toBe(false);
      expect(await portIsTaken(port, "127.0.0.1")).toBe(false); // the look itself holds nothing
    },
  );
});

it("this machine has memory and disk; a folder that is not here has no free space to tell", async () => {
  const { totalMemoryMiB, freeMemoryMiB } = lookAtMachine();
  expect(totalMemoryMiB).toBeGreaterThan(100);
  expect(freeMemoryMiB).toBeLessThan(totalMemoryMiB);
  expect(await freeDiskMiB(tmpdir())).toBeGreaterThan(0);
  expect(await freeDiskMiB("/no/such/folder")).toBeUndefined();
});
