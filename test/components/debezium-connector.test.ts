import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { CdcPipeline } from "../../components/cdc-pipeline.ts";
import { planWith } from "../support/config.ts";
import { ownerOf } from "../support/fake-world.ts";
import { register, type Registered } from "../support/mocks.ts";

const images = {
  mysql: "mysql:test",
  kafka: "kafka:test",
  node: "node:test",
  opensearch: "opensearch:test",
  prometheus: "prometheus:test",
  alertmanager: "alertmanager:test",
};
let resources: Registered[];

const inputsOf = (name: string) => resources.find((resource) => resource.name === name)?.inputs;

async function bringUp(fields: Record<string, unknown> = {}, shard: Record<string, unknown> = {}, preview = false) {
  const plan = planWith({ ...fields, shards: [{ name: "shard0", port: 3308, ...shard }] });
  resources = await register(
    (options) => void new CdcPipeline("pipeline", { owner: ownerOf(plan.stack), plan, images }, options),
    preview,
  );
}

describe("a running connector", () => {
  beforeEach(async () => {
    await bringUp();
  });

  test("has its history emptied with it, and meets what is there by then", () => {
    expect(inputsOf("shard0-connector")).toMatchObject({
      desiredState: "running",
      onDelete: "reset",
      history: { bootstrap: "localhost:9092", topic: "schemahistory.shard0" },
      after: expect.arrayContaining(["2026-01-01T00:00:00Z", "shard0-schema-id", "topic-shard0.cdc.probe-id"]),
    });
  });

  test("is deleted before it is replaced, also where a person asks for that: of one name there is one", () => {
    const connector = resources.find(({ name }) => name === "shard0-connector");
    expect(connector?.options.deleteBeforeReplace).toBe(true);
  });

  test("has its flow proven anew whenever it was brought about", () => {
    expect(inputsOf("shard0-flow")).toMatchObject({
      through: ["2026-01-01T00:00:00Z", ["2026-01-01T00:00:00Z"], expect.anything(), "2026-01-01T00:00:01Z"],
      target: { workers: ["cdc-test-connect"], tables: expect.stringContaining("products\\.stock") },
    });
  });
});

test("every table was read: looked at behind the flow, and again whenever the connector was brought about", async () => {
  await bringUp();
  const read = resources.find(({ name }) => name === "shard0-read");
  expect(read?.inputs).toMatchObject({
    after: "2026-01-01T00:00:01Z",
    target: {
      shard: "shard0",
      notificationTopic: "shard0.cdc.notifications",
      signalTable: "cdc.signal",
      chunkSize: 1024,
      captured: [
        { table: "products.products", topic: "shard0.products.products", unreadByWish: null },
        { table: "products.stock", topic: "shard0.products.stock", unreadByWish: null },
      ],
      shardKey: null,
    },
  });
  expect(read?.options.dependsOn).toMatchObject({ __name: "shard0-flow" });
});

test("while something that it meets is not known, neither is `after`: the worker is not asked then", async () => {
  await bringUp({}, {}, true);
  expect(pulumi.isUnknown(inputsOf("shard0-connector")?.["after"])).toBe(true);
});

test.each(["paused", "stopped"])("one that is to be %s has no flow to prove", async (state) => {
  await bringUp({}, { state });
  expect(inputsOf("shard0-connector")).toMatchObject({ desiredState: state });
  expect(inputsOf("shard0-flow")).toBeUndefined();
  expect(inputsOf("shard0-read")).toBeUndefined();
});

test("keep and an initial offset reach the resource", async () => {
  const gtids = "164edddc-e59a-11f1-ba43-0242ac140003:1-55";
  const initialOffset = { file: "mysql-bin.000003", position: 154, gtids };
  await bringUp({ connectors: { onDelete: "keep" } }, { snapshotMode: "recovery", initialOffset });
  expect(inputsOf("shard0-connector")).toMatchObject({
    onDelete: "keep",
    initialOffset: { file: "mysql-bin.000003", pos: 154, gtids },
  });
});
