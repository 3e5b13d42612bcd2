import { expect, test } from "vitest";
import type { PipelinePlan, ReadSidePlan } from "../../plan/types.ts";
import { indexTargetOf } from "../../flow/flow-target.ts";
import { planWith } from "../support/config.ts";

const shards = [
  { name: "seoul", port: 3308, topicPrefix: "a" },
  { name: "busan", port: 3309, topicPrefix: "b", state: "paused" },
];

function planned(fields: Readonly<Record<string, unknown>> = {}): [PipelinePlan, ReadSidePlan] {
  const plan = planWith({ shards, readSide: { enabled: true }, ...fields });
  return [plan, plan.readSide as ReadSidePlan];
}

test("the probe of a shard is one document, whose shard is its topic's prefix", () => {
  const [plan, readSide] = planned();
  const [seoul, busan] = plan.shards.map((shard) => indexTargetOf(plan, readSide, shard));
  expect(seoul).toEqual({
    engine: readSide.endpoints.fromHost,
    alias: "cdc-probe",
    documentId: "a:1",
    sink: "read-side-sink",
    connect: plan.connect.endpoints.fromHost,
    deadLetterTopic: "dlq.read-side",
  });
  expect(busan?.documentId).toBe("b:1");
});

test("probes are never merged: their shard is told by the topic there too", () => {
  const [plan, readSide] = planned({ connectors: { merge: { prefix: "all" } } });
  expect(plan.shards.map((shard) => indexTargetOf(plan, readSide, shard).documentId)).toEqual(["a:1", "b:1"]);
});
