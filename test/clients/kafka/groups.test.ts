import { createServer, type AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { deleteGroup } from "../../../clients/kafka/groups.ts";

it("a group that nobody can delete is told in one line: where no broker answers", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await expect(deleteGroup({ bootstrap: `127.0.0.1:${port}` }, "connect-c")).rejects.toThrow(
    `no answer from Kafka at 127.0.0.1:${port} (connect ECONNREFUSED 127.0.0.1:${port}); is the broker's container running?`,
  );
});
