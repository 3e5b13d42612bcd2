import { expect, test } from "vitest";
import { remedyOfDifferent, remedyOfMissing } from "../../cli/topics/remedy.ts";
import { planWith, stackConfig } from "../support/config.ts";

const plan = planWith({});

test.each([
  ["connect-configs", /^docker stop cdc-\S+-connect, then pulumi up \(.*\)$/],
  ["connect-status", /^docker stop .*, then pulumi up \(.*\)$/],
  ["connect-offsets", /^docker stop .*, then pulumi up \(.*\); .*: a new snapshot follows, .*; rows deleted since/],
  ["schemahistory.shard0", /^pulumi up --refresh makes it again, empty: then cdc offsets reset shard0,/],
  ["shard0.products.products", /^pulumi up --refresh makes it again; nothing else does$/],
])("%s is brought back by what makes it", (topicName, remedy) => {
  expect(remedyOfMissing(plan, topicName)).toMatch(remedy);
});

test("without places a connector does what its snapshot mode says, and each such word is there once", () => {
  const [first, ...others] = stackConfig("dev")["shards"] as object[];
  const mixed = planWith({ shards: [{ ...first, snapshotMode: "no_data" }, ...others] });
  const remedy = remedyOfMissing(mixed, "connect-offsets");
  expect(remedy).toContain("snapshot mode no_data: it goes on from then");
  expect(remedy.match(/a new snapshot follows/g)).toHaveLength(1);
});

test("a topic that differs: pulumi's own are brought back by it, a worker's by the command that is named", () => {
  const three = planWith({ kafka: { brokers: 3 } });
  expect(remedyOfDifferent(three, three.shards[0]!.topics[0]!.name)).toMatch(/^pulumi up --refresh brings it back/);
  expect(remedyOfDifferent(three, "connect-status")).toContain(
    "docker exec cdc-test-kafka /opt/kafka/bin/kafka-configs.sh --bootstrap-server kafka:29092 --alter --entity-type topics " +
      "--entity-name connect-status --add-config cleanup.policy=compact,min.insync.replicas=2;",
  );
});
