import type { Consumer } from "@platformatic/kafka";
import { expect, test } from "vitest";
import { fetchCommitted } from "../../../clients/kafka/range.ts";

/** A client that notes how many requests are under way at the same time. */
function client(fails: (offset: bigint) => boolean) {
  let [running, most] = [0, 0];
  const asked: bigint[] = [];
  const consumer = {
    metadata: async ({ topics: [topic] }: { topics: string[] }) => ({
      topics: new Map([[topic, { id: "id", partitions: [{ leader: 1 }] }]]),
    }),
    fetch: async ({ topics }: { topics: { partitions: { fetchOffset: bigint }[] }[] }) => {
      const offset = topics[0]?.partitions[0]?.fetchOffset ?? -1n;
      asked.push(offset);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (fails(offset)) throw new Error("broke");
      return { responses: [{ partitions: [{ records: [], abortedTransactions: [], lastStableOffset: offset }] }] };
    },
  } as unknown as Consumer;
  return { consumer, asked, most: () => most };
}

test("requests of one consumer come one after the other, in their order, and one that fails holds up none", async () => {
  const { consumer, asked, most } = client((offset) => offset === 2n);
  const offsets = [1n, 2n, 3n, 4n];
  const results = await Promise.allSettled(offsets.map((offset) => fetchCommitted(consumer, "t", 0, offset, 1024)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  expect(asked).toEqual(offsets);
  expect(most()).toBe(1);
});

test("those of two consumers need not wait for each other", async () => {
  const [one, two] = [client(() => false), client(() => false)];
  await Promise.all([one, two].map(({ consumer }) => fetchCommitted(consumer, "t", 0, 1n, 1024)));
  expect([one.asked, two.asked]).toEqual([[1n], [1n]]);
});
