/** The whole program, as `pulumi up` would run it on the committed dev stack. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { pinned } from "../lib/image-digests.ts";
import { stackConfig } from "./support/config.ts";
import { register, reveal, type Registered } from "./support/mocks.ts";

// The world is not this test's matter: test/preflight has it.
vi.mock("../preflight/require-world.ts", () => ({
  requireWorld: () => Promise.resolve(),
  requireExisting: () => Promise.resolve(),
  requireServer: () => Promise.resolve(),
}));

function setConfig(values: Record<string, unknown>): void {
  const text = Object.entries(values).map(([key, value]) => [
    `cdc:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(text) as Record<string, string>);
}

interface Outputs {
  readonly shards: pulumi.Output<unknown>;
  readonly kafka: string;
  readonly connect: string;
  readonly readSide: pulumi.Output<unknown> | null;
}

async function run(): Promise<{ resources: Registered[]; outputs: Outputs }> {
  let outputs: Outputs | undefined;
  const resources = await register(async () => {
    outputs = (await import("../index.ts")) as unknown as Outputs;
  });
  return { resources, outputs: outputs as Outputs };
}

beforeEach(() => {
  vi.resetModules();
  vi.stubEnv("CDC_IMAGES", undefined);
  setConfig(stackConfig("dev"));
});

test.each(["dev", "orders", "merged"])("the %s stack registers this graph", async (stack) => {
  setConfig(stackConfig(stack));
  const { resources } = await run();
  const lines = resources.map(({ type, name, inputs }) => {
    const shown = [
      "name",
      "container",
      "memoryLimitMiB",
      "pidsLimit",
      "image",
      "partitions",
      "database",
      "databases",
      "workerUrl",
      "ports",
      "networksAdvanced",
      "create",
      "config",
    ]
      .filter((key) => inputs[key] !== undefined)
      .map((key) => `${key}=${JSON.stringify(reveal(inputs[key]))}`);
    return [type, name, ...shown].join(" ");
  });
  // Named by code, and images by digests, which change without the graph.
  const unchanging = lines.join("\n").replaceAll(/@sha256:[0-9a-f]{64}/g, "");
  const text = unchanging.replaceAll(/-(guard|search|sink|filter)-[0-9a-f]{12}"/g, '-$1-HASH"');
  await expect(`${text}\n`).toMatchFileSnapshot(`__snapshots__/${stack}-graph.txt`);
});

describe("the dev stack", () => {
  test("exports a line per shard and the endpoints", async () => {
    const { outputs } = await run();
    expect([outputs.kafka, outputs.connect]).toEqual(["localhost:9092", "http://localhost:8083"]);
    const shards = await new Promise<unknown[]>((resolve) =>
      outputs.shards.apply((value) => resolve(value as unknown[])),
    );
    expect(await pulumi.isSecret(outputs.shards)).toBe(false);
    expect(shards[2]).toEqual({
      name: "shard2",
      mysql: "127.0.0.1:3310",
      topicPrefix: "shard2",
      connector: "inventory-connector-2",
      connectorState: "RUNNING",
      taskState: "RUNNING",
      probeLatencyMs: 42,
    });
  });

  test("exports where the read side is, and how long a change took to its index", async () => {
    const { outputs } = await run();
    const readSide = await new Promise((resolve) => outputs.readSide?.apply(resolve));
    expect(await pulumi.isSecret(outputs.readSide as pulumi.Output<unknown>)).toBe(false);
    expect(readSide).toEqual({
      engine: "http://127.0.0.1:9200",
      page: "http://127.0.0.1:8090",
      sink: "read-side-sink",
      sinkState: "RUNNING",
      indexLatencyMs: { shard0: 77, shard1: 77, shard2: 77 },
    });
  });

  test("uses official images unless the machine says otherwise", async () => {
    const imagesOf = ({ resources }: { resources: Registered[] }) =>
      resources.filter(({ type }) => type.endsWith(":RemoteImage")).map(({ inputs }) => inputs["name"]);
    expect(imagesOf(await run())).toEqual([
      pinned("apache/kafka:4.3.1"),
      pinned("mysql:9.7"),
      pinned("node:24.21.0-slim"),
      pinned("opensearchproject/opensearch:3.4.0"),
    ]);
    vi.resetModules();
    vi.stubEnv("CDC_IMAGES", "packages");
    expect(imagesOf(await run())).toEqual([
      expect.stringMatching(/^cdc-packages\/kafka:4\.3\.1-[0-9a-f]{12}$/),
      expect.stringMatching(/^cdc-packages\/mysql:9\.7-[0-9a-f]{12}$/),
      expect.stringMatching(/^cdc-packages\/node:24\.21\.0-[0-9a-f]{12}$/),
      expect.stringMatching(/^cdc-packages\/opensearch:3\.4\.0-[0-9a-f]{12}$/),
    ]);
  });
});

test("a broken configuration stops the program before the first resource, without a stack trace", async () => {
  setConfig({ ...stackConfig("dev"), timeZone: "KST" });
  const resources = register(async () => {
    await import("../index.ts");
  });
  const error = await resources.catch((failure: unknown) => failure);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(String(error)).toMatch(/CDC-107 cdc:timeZone: found "KST"[^]*did you mean Asia\/Seoul/);
});
