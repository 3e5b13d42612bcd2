import { expect, test } from "vitest";
import { remedyOfMissing } from "../../cli/topics/remedy.ts";
import { planWith } from "../support/config.ts";

const plan = planWith({});

test.each([
  ["connect-configs", /^docker restart cdc-\S+-connect \(.*\), then pulumi up$/],
  ["connect-status", /^docker restart .*, then pulumi up$/],
  ["connect-offsets", /^docker restart .*, then pulumi up; .*cdc offsets reset SHARD/],
  ["schemahistory.shard0", /^pulumi up --refresh makes it again, empty: then cdc offsets reset shard0,/],
  ["shard0.products.products", /^pulumi up --refresh makes it again; nothing else does$/],
])("%s is brought back by what makes it", (topicName, remedy) => {
  expect(remedyOfMissing(plan, topicName)).toMatch(remedy);
});
