import { beforeEach, describe, expect, test } from "vitest";
import { CdcPipeline } from "../../components/cdc-pipeline.ts";
import { labels } from "../../components/docker.ts";
import { keptLabels } from "../../plan/owner.ts";
import { codeHash, sinkPlugin, sourcesOf } from "../../provider/scripts/plugin-code.ts";
import { stackConfig, planFrom } from "../support/config.ts";
import { ownerOf } from "../support/fake-world.ts";
import { keyOf, inClear, register, reveal, type Registered } from "../support/mocks.ts";

const images = {
  mysql: "mysql:test",
  kafka: "kafka:test",
  node: "node:test",
  opensearch: "opensearch:test",
  prometheus: "prometheus:test",
  alertmanager: "alertmanager:test",
};
const plugin = { archive: "plugins/other.tar.gz", sha256: "ab".repeat(32) };
const otherSink = { class: "org.example.Sink", properties: {}, plugin };

async function registered(
  readSide: Record<string, unknown> = {},
  fields: Record<string, unknown> = {},
  preview = false,
): Promise<Registered[]> {
  const config = { ...stackConfig("dev"), readSide: { enabled: true, ...readSide }, ...fields };
  const plan = planFrom(config, "cdc-test");
  return await register(
    (options) => void new CdcPipeline("pipeline", { owner: ownerOf(plan.stack), plan, images }, options),
    preview,
  );
}

let resources: Registered[];
const named = (name: string): Registered => {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`no resource ${name} among ${resources.map((r) => r.name).join(", ")}`);
  return found;
};
const has = (name: string) => resources.some((resource) => resource.name === name);
const environment = (name: string) => reveal(named(name).inputs["environment"]) as Record<string, string>;
const dependencies = (name: string): string[] =>
  ([named(name).options.dependsOn].flat() as { __name?: string }[]).map((resource) => resource.__name ?? "?");

beforeEach(async () => {
  resources = await registered();
});

describe("the engine", () => {
  test("is one node on loopback with data of its own, and makes no index that nobody declared", () => {
    expect(named("opensearch-container").inputs).toMatchObject({
      name: "cdc-test-opensearch",
      image: "sha256:opensearch:test",
      ports: [{ internal: 9200, external: 9200, ip: "127.0.0.1" }],
      volumes: [{ volumeName: "cdc-test-opensearch-data", containerPath: "/usr/share/opensearch/data" }],
      envs: expect.arrayContaining([
        "OPENSEARCH_JAVA_OPTS=-Xms512m -Xmx512m -XX:TieredStopAtLevel=1",
        "DISABLE_SECURITY_PLUGIN=true",
        "action.auto_create_index=false",
        "discovery.type=single-node",
      ]),
      restart: "unless-stopped",
      stopTimeout: 30,
    });
  });

  test("keeps its data when that is wished, in a volume that tear-down does not find", async () => {
    expect(named("opensearch-data").options.retainOnDelete).toBeUndefined();
    resources = await registered({ keepIndex: true });
    const { inputs, options } = named("opensearch-data");
    expect(inputs).toEqual({ name: "cdc-test-opensearch-kept", labels: labels(keptLabels(ownerOf("cdc-test"))) });
    expect(options).toMatchObject({ retainOnDelete: true, ignoreChanges: ["labels"] });
    expect(named("opensearch-container").inputs["volumes"]).toMatchObject([{ volumeName: "cdc-test-opensearch-kept" }]);
  });

  test("is healthy by the word of its cluster", () => {
    const { tests } = named("opensearch-container").inputs["healthcheck"] as { tests: string[] };
    expect(tests[1]).toMatch(/_cluster\/health .*green\|yellow/);
  });

  test("that is there already gets no container, and everything else", async () => {
    resources = await registered({ engineUrl: "http://search.example:9200" });
    expect(["opensearch-container", "opensearch-image", "opensearch-data"].filter(has)).toEqual([]);
    expect(named("read-side-indices").inputs["target"]).toMatchObject({ url: "http://search.example:9200" });
    expect(["read-side-sink", "shard0-indexed", "search-container"].filter((name) => !has(name))).toEqual([]);
  });
});

describe("the plugin", () => {
  test("is brought into a volume that is named by its sources, mounted read-only beside Debezium's", () => {
    const volume = `cdc-test-sink-${codeHash(sourcesOf(sinkPlugin))}`;
    expect(named("connect-plugins-sink").inputs["name"]).toBe(volume);
    expect(environment("connect-sink")).toEqual({ CDC_SINK_VOLUME: volume, CDC_SINK_IMAGE: "sha256:kafka:test" });
    expect(named("connect-container").inputs["volumes"]).toContainEqual({
      volumeName: volume,
      containerPath: "/opt/cdc/plugins/sink",
      readOnly: true,
    });
    expect(dependencies("connect-container")).toContain("connect-sink");
    // One build at a time.
    expect(dependencies("connect-sink")).toContain("connect-filter");
  });

  test("of another sink comes out of its archive, and is named by its checksum", async () => {
    resources = await registered({ sink: otherSink });
    expect(named("connect-plugins-sink").inputs["name"]).toBe("cdc-test-sink-abababababab");
    expect(environment("connect-sink")).toMatchObject({
      CDC_SINK_ARCHIVE: plugin.archive,
      CDC_SINK_SHA256: plugin.sha256,
    });
  });
});

describe("the indices", () => {
  test("are prepared from the shards' columns, once engine and tables are there, and before the sink", () => {
    expect(dependencies("read-side-indices")).toEqual(
      expect.arrayContaining(["opensearch", "shard0-schema", "shard2-schema"]),
    );
    expect(dependencies("read-side-sink")).toContain("read-side-indices");
    expect(named("read-side-indices").inputs["target"]).toMatchObject({
      indices: [
        { alias: "products-products", rows: "topics" },
        { alias: "products-stock", rows: "topics" },
        { alias: "cdc-probe" },
      ],
    });
  });

  test("are looked at again when tables or engine are new", async () => {
    const { after } = named("read-side-indices").inputs;
    expect(after).toMatchObject(["2026-01-01T00:00:00Z", expect.any(Array)]);
    resources = await registered({}, { schema: "", tables: ["products.products"] });
    expect(named("read-side-indices").inputs["after"]).not.toEqual(after);
  });

  test("of another sink are its own affair: nothing is prepared, proven or shown, and the engine takes what comes", async () => {
    resources = await registered({ sink: otherSink });
    expect(["read-side-indices", "shard0-indexed", "search-container"].filter(has)).toEqual([]);
    expect(named("opensearch-container").inputs["envs"]).toContain("action.auto_create_index=true");
    expect(named("read-side-sink").inputs["target"]).toBe("org.example.Sink http://127.0.0.1:9200");
  });
});

describe("the sink", () => {
  test("is a connector like every other, which begins anew for another engine and leaves no group", () => {
    expect(named("read-side-sink")).toMatchObject({
      type: "cdc:index:Connector",
      inputs: {
        name: "read-side-sink",
        desiredState: "running",
        onDelete: "reset",
        target: "cluster-1",
        consumer: { bootstrap: "localhost:9092", group: "connect-read-side-sink" },
      },
    });
    // A worker that is made anew must not let its configuration stay in Kafka's topics.
    expect((named("read-side-sink").options.deletedWith as { __name?: string }).__name).toBe("kafka-container");
  });

  test("waits for the worker and for everything that it reads", () => {
    expect(dependencies("read-side-sink")).toEqual(
      expect.arrayContaining([
        "connect-ready",
        "topic-dlq.read-side",
        "topic-dlq.read-side.retry",
        "topic-shard0.cdc.truncates",
        "topic-shard1.cdc.truncates",
        "topic-shard2.cdc.truncates",
        "topic-shard2.products.stock",
      ]),
    );
  });

  test("is proven last, with a change of every shard that runs", async () => {
    expect(dependencies("shard1-indexed")).toEqual(["read-side-sink", "shard1"]);
    expect(named("shard1-indexed")).toMatchObject({
      type: "cdc:index:Flow",
      inputs: {
        target: { shard: "shard1" },
        index: { alias: "cdc-probe", documentId: "shard1:1" },
        containers: ["cdc-test-mysql-3309", "cdc-test-kafka", "cdc-test-connect", "cdc-test-opensearch"],
      },
    });
    const [first, ...others] = stackConfig("dev")["shards"] as object[];
    resources = await registered({}, { shards: [{ ...first, state: "paused" }, ...others] });
    expect(["shard0-indexed", "shard1-indexed", "shard2-indexed"].filter(has)).toEqual([
      "shard1-indexed",
      "shard2-indexed",
    ]);
  });
});

test("passwords stand nowhere in clear", () => {
  for (const { name, inputs } of resources) expect(`${name}: ${inClear(inputs)}`).not.toMatch(/password-of/);
});

test("a preview registers the same, when nothing is known yet", async () => {
  const names = ({ type, name }: Registered) => `${type} ${name}`;
  expect((await registered({}, {}, true)).map(names)).toEqual(resources.map(names));
});

test("switched off, it leaves nothing behind, and changes the workers and the connectors' transform only", async () => {
  const without = await registered({ enabled: false });
  const kept = new Set(without.map(keyOf));
  const gone = resources.filter((resource) => !kept.has(keyOf(resource)));
  const changed = new Set(without.map(({ name }) => name));
  expect(
    gone
      .filter(({ name }) => changed.has(name))
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(["connect-container", ...["shard0", "shard1", "shard2"].map((shard) => `${shard}-connector`)]);
  expect(
    gone
      .filter(({ name }) => !changed.has(name))
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([
    "connect-plugins-sink",
    "connect-sink",
    "network-page",
    "network-read-side",
    "opensearch",
    "opensearch-container",
    "opensearch-data",
    "opensearch-image",
    "opensearch-ready",
    "read-side",
    "read-side-indices",
    "read-side-sink",
    "search",
    "search-bring",
    "search-code",
    "search-container",
    "search-ready",
    "shard0-indexed",
    "shard1-indexed",
    "shard2-indexed",
    "topic-dlq.read-side",
    "topic-dlq.read-side.retry",
    "topic-shard0.cdc.truncates",
    "topic-shard1.cdc.truncates",
    "topic-shard2.cdc.truncates",
  ]);
});

test("a further shard changes the sink and its indices, and nothing else", async () => {
  const shards = stackConfig("dev")["shards"] as unknown[];
  const more = new Set((await registered({}, { shards: [...shards, { name: "shard3", port: 3311 }] })).map(keyOf));
  expect(resources.filter((resource) => !more.has(keyOf(resource))).map(({ name }) => name)).toEqual([
    "read-side-sink",
    "read-side-indices",
  ]);
});
