import { expect, test } from "vitest";
import type { Replicas } from "../../clients/kafka/replicas.ts";
import { awaitInSync, type Cluster } from "../../provider/brokers-in-sync.ts";
import { brokersInSyncHandler } from "../../provider/brokers-in-sync-handler.ts";
import { fakeClock } from "../support/fake-clock.ts";

const inputs = {
  bootstrap: "127.0.0.1:1",
  nodeId: 1,
  containerId: "new",
  others: [
    { nodeId: 2, container: "kafka-2" },
    { nodeId: 3, container: "kafka-3" },
  ],
  timeoutSeconds: 10,
};
const partition = (inSync: number[], replicas = [1, 2, 3]): Replicas => ({
  topic: "t",
  partition: 0,
  replicas,
  inSync,
});

/** A cluster that answers one after the other, the last answer for ever. */
function cluster(answers: (Replicas[] | Error)[], running = ["kafka-2", "kafka-3"]): Cluster & { asked: number } {
  const left = [...answers];
  return {
    asked: 0,
    inspect: (container) => Promise.resolve({ status: running.includes(container) ? "running" : "exited" }),
    replicas() {
      this.asked += 1;
      const next = left.length > 1 ? left.shift()! : left[0]!;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
  };
}

test.each<[string, (Replicas[] | Error)[], string[] | undefined, number]>([
  ["all in sync", [[partition([1, 2, 3])]], undefined, 1],
  ["a broker that comes back", [new Error("no answer"), [partition([2, 3])], [partition([2, 3, 1])]], undefined, 3],
  ["a topic of fewer replicas", [[partition([2], [2])]], undefined, 1],
  ["a broker whose container does not run is not expected", [[partition([1, 2])]], ["kafka-2"], 1],
  ["no other broker runs: nothing could be kept going", [new Error("no answer")], [], 0],
])("%s", async (_what, answers, running, asked) => {
  const seen = cluster(answers, running);
  await awaitInSync(seen, inputs, fakeClock());
  expect(seen.asked).toBe(asked);
});

test("what does not come into sync is named after the time, and the next broker left alone", async () => {
  const many = Array.from({ length: 5 }, (_, index) => ({ ...partition([2, 3]), partition: index }));
  await expect(awaitInSync(cluster([many]), inputs, fakeClock())).rejects.toThrow(
    /broker 1 is not in sync with the others after 10 s: t-0 lacks 1, t-1 lacks 1, t-2 lacks 1 and 2 more; the next broker is left as it is/,
  );
  await expect(awaitInSync(cluster([new Error("no answer from Kafka")]), inputs, fakeClock())).rejects.toThrow(
    /no answer from Kafka/,
  );
});

test("a new cluster, and one of another number of brokers, is not waited for", async () => {
  await brokersInSyncHandler.create({ ...inputs }, () => {});
  await brokersInSyncHandler.update("x", { ...inputs, others: [] }, { ...inputs }, () => {});
  expect(await brokersInSyncHandler.diff("x", { ...inputs }, { ...inputs }, () => {})).toEqual({ changes: false });
  expect(await brokersInSyncHandler.diff("x", { ...inputs }, { ...inputs, containerId: "newer" }, () => {})).toEqual({
    changes: true,
  });
});
