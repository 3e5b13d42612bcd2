import { instance } from "@viz-js/viz";
import { expect, test } from "vitest";
import { renderDot } from "../../cli/graph/dot.ts";
import { renderMermaid } from "../../cli/graph/mermaid.ts";
import { pipelineGraph } from "../../cli/graph/model.ts";
import { planOf, planWith } from "../support/config.ts";

test("one shard, in Mermaid", () => {
  expect(renderMermaid(pipelineGraph(planWith({})))).toMatchInlineSnapshot(`
    "flowchart LR
      subgraph mysql ["MySQL 9.7"]
        shard0[("shard0<br/>mysql-3308<br/>127.0.0.1:3308")]
      end
      subgraph workers ["Kafka Connect (1 worker)"]
        connector0["shard0-connector<br/>Debezium 3.6.1.Final<br/>server id 5001"]
      end
      subgraph brokers ["Kafka 4.3.1 (1 broker)"]
        topics0[/"shard0.*<br/>shard0.products.products<br/>shard0.products.stock<br/>own: schema history, schema changes,<br/>heartbeat, probe, signals, notifications"/]
      end
      guard(["guard"])
      subgraph readside ["read side"]
        sink["read-side-sink<br/>on the workers<br/>1 task"]
        engine[("OpenSearch 3.4.0<br/>127.0.0.1:9200<br/>products-products<br/>products-stock")]
        page(["search page<br/>127.0.0.1:8090"])
      end
      shard0 -->|binlog| connector0
      connector0 --> topics0
      guard -.->|watches, restarts| workers
      topics0 --> sink
      sink -->|a document for each row| engine
      engine -->|searches| page"
  `);
});

test("one shard, in DOT", () => {
  expect(renderDot(pipelineGraph(planWith({})))).toMatchInlineSnapshot(`
    "digraph "cdc-test" {
      rankdir=LR; compound=true; nodesep=0.3; ranksep=0.9; pad=0.3;
      labelloc=t; labeljust=l; label="cdc-test"; fontname="Helvetica"; fontsize=16;
      node [fontname="Helvetica", fontsize=11, style=filled, color="#475569", margin="0.3,0.12"];
      edge [fontname="Helvetica", fontsize=10, color="#475569", fontcolor="#475569"];
      subgraph cluster_mysql {
        label="MySQL 9.7"; fontsize=13; style="rounded"; color="#94a3b8"; margin=18;
        shard0 [shape=cylinder, fillcolor="#dbeafe", label="shard0\\nmysql-3308\\n127.0.0.1:3308"];
      }
      subgraph cluster_workers {
        label="Kafka Connect (1 worker)"; fontsize=13; style="rounded"; color="#94a3b8"; margin=18;
        connector0 [shape=box, style="filled,rounded", fillcolor="#dcfce7", label="shard0-connector\\nDebezium 3.6.1.Final\\nserver id 5001"];
      }
      subgraph cluster_brokers {
        label="Kafka 4.3.1 (1 broker)"; fontsize=13; style="rounded"; color="#94a3b8"; margin=18;
        topics0 [shape=note, fillcolor="#fef3c7", label="shard0.*\\nshard0.products.products\\nshard0.products.stock\\nown: schema history, schema changes,\\nheartbeat, probe, signals, notifications"];
      }
      guard [shape=box, style="filled,rounded,dashed", fillcolor="#f3e8ff", label="guard"];
      subgraph cluster_readside {
        label="read side"; fontsize=13; style="rounded"; color="#94a3b8"; margin=18;
        sink [shape=box, style="filled,rounded", fillcolor="#dcfce7", label="read-side-sink\\non the workers\\n1 task"];
        engine [shape=cylinder, fillcolor="#ffe4e6", label="OpenSearch 3.4.0\\n127.0.0.1:9200\\nproducts-products\\nproducts-stock"];
        page [shape=box, style="filled,rounded", fillcolor="#f1f5f9", label="search page\\n127.0.0.1:8090"];
      }
      start [shape=point, style=invis, ordering=out];
      start -> shard0 [style=invis];
      shard0 -> connector0 [label="binlog"];
      connector0 -> topics0;
      guard -> connector0 [label="watches, restarts", style=dashed, lhead=cluster_workers];
      topics0 -> sink;
      sink -> engine [label="a document for each row"];
      engine -> page [label="searches"];
    }"
  `);
});

test("merged topics are one node that every connector points to", () => {
  const graph = pipelineGraph(planOf("merged"));
  expect(graph.edges.filter(({ to }) => to === "merged").map(({ from }) => from)).toEqual([
    "connector0",
    "connector1",
    "connector2",
    "connector3",
    "connector4",
  ]);
  const brokers = graph.groups.find(({ id }) => id === "brokers");
  expect(brokers?.nodes.at(-1)?.lines).toEqual([
    "all shards' changes",
    "inventory.products.products",
    "inventory.products.stock",
  ]);
});

test("many tables are named up to a point and counted from there", () => {
  const tables = Array.from({ length: 9 }, (_, index) => `products.t${index}`);
  const graph = pipelineGraph(planWith({ schema: "", tables }));
  const [topics] = graph.groups.find(({ id }) => id === "brokers")?.nodes ?? [];
  expect(topics?.lines.slice(1, 8)).toEqual([...tables.slice(0, 6).map((table) => `shard0.${table}`), "and 3 more"]);
});

test("a state that is not running, several workers and brokers, and no guard are to be seen", () => {
  const text = renderMermaid(
    pipelineGraph(
      planWith({
        shards: [{ name: "shard0", port: 3308, state: "stopped" }],
        kafka: { port: 9092, brokers: 3 },
        connect: { port: 8083, workers: 2 },
        guard: { enabled: false },
      }),
    ),
  );
  expect(text).toContain("declared stopped");
  expect(text).toContain("(3 brokers)");
  expect(text).toContain("(2 workers)");
  expect(text).not.toContain("guard");
});

test("Graphviz draws every shipped stack, each node once and in the plan's order", async () => {
  const viz = await instance();
  for (const stack of ["dev", "orders", "merged"]) {
    const graph = pipelineGraph(planOf(stack));
    const drawing = JSON.parse(viz.renderString(renderDot(graph), { format: "json" })) as {
      objects: { name: string; pos?: string }[];
    };
    const nodes = graph.groups.flatMap((group) => group.nodes.map(({ id }) => id));
    expect(
      drawing.objects
        .map(({ name }) => name)
        .filter((name) => nodes.includes(name))
        .toSorted(),
    ).toEqual(nodes.toSorted());
    const heights = drawing.objects
      .filter(({ name }) => /^shard\d$/.test(name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ pos = "" }) => Number(pos.split(",")[1]));
    // Graphviz counts from the bottom.
    expect(heights).toEqual(heights.toSorted((a, b) => b - a));
  }
});
