import { expect, test } from "vitest";
import { TopicStream } from "../../../clients/kafka/topic.ts";

test("a stream that cannot be closed does not hide what went wrong before", async () => {
  const broken = {
    close: async () => await Promise.reject(new Error("the broker is gone")),
    [Symbol.asyncIterator]: () => ({ next: async () => await Promise.reject(new Error("where it got stuck")) }),
  };
  const stream = new TopicStream(broken as never);
  const read = async () => {
    try {
      return await stream.next(1000);
    } finally {
      await stream.close();
    }
  };
  await expect(read()).rejects.toThrow("where it got stuck");
});
