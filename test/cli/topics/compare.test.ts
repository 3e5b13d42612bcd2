import { describe, expect, test } from "vitest";
import { compareTopics, declaredTopics, isWrong, policyOf } from "../../../cli/topics/compare.ts";
import { renderTopics } from "../../../cli/topics/render.ts";
import { planOf, planWith } from "../../support/config.ts";

const plan = planWith({});
const found = declaredTopics(plan).map(({ topic }) => ({
  name: topic.name,
  partitions: topic.partitions,
  replicas: topic.replicationFactor,
  config: topic.config,
  sizeBytes: 1536,
}));
const remarks = (rows: ReturnType<typeof compareTopics>) =>
  rows.flatMap(({ name, remark }) => (remark === undefined ? [] : [`${name}: ${remark}`]));

test("every topic of the plan has a kind of its own, and data is what is left", () => {
  const kinds = Object.fromEntries(declaredTopics(plan).map(({ topic, kind }) => [topic.name, kind]));
  expect(kinds).toEqual({
    "__debezium-heartbeat.shard0": "heartbeat",
    "connect-configs": "worker",
    "connect-offsets": "worker",
    "connect-status": "worker",
    "dlq.read-side": "dead letters",
    "dlq.read-side.retry": "dead letters once more",
    "schemahistory.shard0": "schema history",
    shard0: "schema changes",
    "shard0.cdc.heartbeat": "heartbeat",
    "shard0.cdc.notifications": "notifications",
    "shard0.cdc.probe": "probe",
    "shard0.cdc.signal": "signals",
    "shard0.cdc.truncates": "truncations",
    "shard0.products.products": "data",
    "shard0.products.stock": "data",
  });
});

test("merged topics are nobody's own", () => {
  const merged = declaredTopics(planOf("merged")).filter(({ kind }) => kind === "merged data");
  expect(merged.map(({ topic, shard }) => [topic.name, shard])).toEqual([
    ["inventory.products.products", undefined],
    ["inventory.products.stock", undefined],
  ]);
});

test("what is as declared has no remark", () => {
  expect(remarks(compareTopics(plan, found, new Map()))).toEqual([]);
});

test("missing, different and undeclared topics are marked", () => {
  const [first, second, third, ...others] = found;
  if (first === undefined || second === undefined || third === undefined) throw new Error("too few topics");
  const bent = [
    { ...second, partitions: 3, replicas: 2 },
    { ...third, config: { "cleanup.policy": "delete", "retention.ms": "1000" } },
    { ...first, name: "mine" },
    ...others,
  ];
  const rows = compareTopics(plan, bent, new Map([["mine", 4]]));
  expect(remarks(rows)).toEqual([
    "schemahistory.shard0: missing",
    "shard0: partitions 3, declared 1; replicas 2, declared 1",
    "__debezium-heartbeat.shard0: retention.ms 1000, declared 3600000",
    "mine: undeclared",
  ]);
  expect(rows.filter(isWrong).map(({ name }) => name)).toEqual([
    "schemahistory.shard0",
    "shard0",
    "__debezium-heartbeat.shard0",
  ]);
  expect(rows.find(({ name }) => name === "mine")).toMatchObject({ kind: "other", records: 4 });
});

describe("the policy", () => {
  test.each([
    [{}, "delete"],
    [{ "cleanup.policy": "compact" }, "compact"],
    [{ "cleanup.policy": "delete", "retention.ms": "3600000" }, "delete, 1 h"],
    [{ "cleanup.policy": "delete", "retention.ms": "5400000" }, "delete, 1.5 h"],
    [{ "cleanup.policy": "delete", "retention.ms": "604800000" }, "delete, 7 d"],
    [{ "cleanup.policy": "delete", "retention.ms": "-1" }, "delete, kept for ever"],
    [{ "cleanup.policy": "compact,delete", "retention.ms": "7200000" }, "compact + delete, 2 h"],
  ])("%j is %s", (config, expected) => {
    expect(policyOf(config)).toBe(expected);
  });
});

test("the table", () => {
  const [first, ...others] = found;
  if (first === undefined) throw new Error("no topics");
  const rows = compareTopics(plan, [...others.slice(0, 3), { ...first, name: "mine" }], new Map([["shard0", 24]]));
  expect(renderTopics(rows)).toMatchInlineSnapshot(`
    "TOPIC                        KIND                    PARTITIONS  REPLICAS  POLICY                 RECORDS  SIZE
    schemahistory.shard0         schema history                   1         1  delete, kept for ever        -  -        missing
    shard0                       schema changes                   1         1  delete, kept for ever       24  1.5 KiB
    __debezium-heartbeat.shard0  heartbeat                        1         1  delete, 1 h                  -  1.5 KiB
    shard0.cdc.heartbeat         heartbeat                        1         1  delete, 1 h                  -  1.5 KiB
    shard0.cdc.probe             probe                            1         1  delete, 1 h                  -  -        missing
    shard0.cdc.signal            signals                          1         1  delete, 1 h                  -  -        missing
    shard0.cdc.notifications     notifications                    1         1  delete, kept for ever        -  -        missing
    shard0.cdc.truncates         truncations                      1         1  delete, kept for ever        -  -        missing
    shard0.products.products     data                             1         1  compact                      -  -        missing
    shard0.products.stock        data                             1         1  compact                      -  -        missing
    dlq.read-side                dead letters                     1         1  delete, kept for ever        -  -        missing
    dlq.read-side.retry          dead letters once more           1         1  delete, kept for ever        -  -        missing
    connect-configs              worker                           1         1  compact                      -  -        missing
    connect-offsets              worker                          25         1  compact                      -  -        missing
    connect-status               worker                           5         1  compact                      -  -        missing
    mine                         other                            1         1  delete, kept for ever        -  1.5 KiB  undeclared"
  `);
});
