import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { TopicAdmin } from "../../../clients/kafka/admin.ts";

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const questions: [string, (admin: TopicAdmin) => Promise<unknown>][] = [
  ["endOffsets", async (admin) => await admin.endOffsets(["a"])],
  ["startOffsets", async (admin) => await admin.startOffsets(["a"])],
  ["deleteRecords", async (admin) => await admin.deleteRecords("a")],
  ["describe", async (admin) => await admin.describe()],
];

describe("TopicAdmin without a broker", () => {
  it.each(questions)("%s says in one line where none answers, and can be asked again", async (_, ask) => {
    const bootstrap = `127.0.0.1:${await deadPort()}`;
    const admin = new TopicAdmin({ bootstrap });
    try {
      for (let i = 0; i < 2; i += 1) {
        await expect(ask(admin)).rejects.toThrow(
          `no answer from Kafka at ${bootstrap} (connect ECONNREFUSED ${bootstrap}); is the broker's container running?`,
        );
      }
    } finally {
      await admin.close();
    }
  });

  it("says that a broker hangs up", async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const admin = new TopicAdmin({ bootstrap: `127.0.0.1:${(server.address() as AddressInfo).port}` });
    try {
      await expect(admin.endOffsets(["a"])).rejects.toThrow("no answer from Kafka at");
    } finally {
      await admin.close();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
