import { expect, test } from "vitest";
import { missingTopicsIn, topicsWaitedFor } from "../../flow/waited-topics.ts";

const line = (connector: string, topics: string) =>
  `[2026-11-21 11:26:43,805] WARN [Producer clientId=connector-producer-${connector}-0, transactionalId=cdc-${connector}-0] ` +
  `The metadata response from the cluster reported a recoverable issue with correlation id 32 : {${topics}} (org.apache.kafka.clients.NetworkClient:1234)`;

test("each topic once, of this connector only", () => {
  const log = [
    line("shard0", "a.b=UNKNOWN_TOPIC_OR_PARTITION"),
    line("shard0", "a.b=UNKNOWN_TOPIC_OR_PARTITION, c-d=UNKNOWN_TOPIC_OR_PARTITION"),
    line("shard0", "e=LEADER_NOT_AVAILABLE"),
    line("shard0-b", "other=UNKNOWN_TOPIC_OR_PARTITION"),
    line("my-shard0", "other=UNKNOWN_TOPIC_OR_PARTITION"),
  ].join("\n");
  expect(missingTopicsIn(log, "shard0")).toEqual(["a.b", "c-d"]);
});

test("a log that says nothing of it, or is not there, tells of none", async () => {
  expect(missingTopicsIn("all is well", "shard0")).toEqual([]);
  expect(await topicsWaitedFor(["cdc-no-such-container"], "shard0")).toEqual([]);
});
