import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { databaseObstacle } from "../../../clients/mysql/obstacle.ts";

let server: Server | undefined;
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

async function listen(answer: (socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    socket.on("error", () => {}); // the one who looks hangs up as it likes
    answer(socket);
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

describe("databaseObstacle", () => {
  it("finds a server that greets", async () => {
    const port = await listen((socket) => socket.end(Buffer.from("\u004a\u0000\u0000\u00009.7.4")));
    expect(await databaseObstacle({ host: "127.0.0.1", port }, 2000)).toBeUndefined();
  });

  it("is not satisfied with an open port", async () => {
    const port = await listen(() => {});
    expect(await databaseObstacle({ host: "127.0.0.1", port }, 50)).toBe(
      `MySQL at 127.0.0.1:${port} does not answer (no greeting within 0.05 s)`,
    );
  });

  it("is not satisfied with a proxy before a server that is gone", async () => {
    const port = await listen((socket) => socket.end());
    expect(await databaseObstacle({ host: "127.0.0.1", port }, 2000)).toContain("(it hung up without a greeting)");
  });

  it("says that nobody listens", async () => {
    const port = await listen(() => {});
    await new Promise((resolve) => server!.close(resolve));
    server = undefined;
    expect(await databaseObstacle({ host: "127.0.0.1", port }, 2000)).toContain("(ECONNREFUSED)");
  });
});
