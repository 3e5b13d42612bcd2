import { expect, test } from "vitest";
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
        topics0[/"shard0.*<br/>shard0.products.products<br/>shard0.products.stock<br/>own: schema history, schema changes,<br/>heartbeat, probe, signals,<br/>notifications, truncations"/]
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

test("every shipped stack is drawn, each node once and in the plan's order", () => {
  for (const stack of ["dev", "orders", "merged"]) {
    const graph = pipelineGraph(planOf(stack));
    const nodes = graph.groups.flatMap((group) => group.nodes.map(({ id }) => id));
    const drawn = [...renderMermaid(graph).matchAll(/^ +(\w+)[[({]/gm)].map(([, id]) => id);
    expect(drawn).toEqual(nodes);
  }
});

test("metrics, Prometheus and Alertmanager are at the guard's side", () => {
  const monitoring = { enabled: true, prometheus: { enabled: true }, alertsTo: { secure: "v1:x" } };
  const text = renderMermaid(pipelineGraph(planWith({ monitoring })));
  for (const line of [
    'guard(["guard<br/>127.0.0.1:9108/metrics"])',
    'prometheus[("Prometheus<br/>127.0.0.1:9090")]',
    'alertmanager(["Alertmanager"])',
    "guard -.->|metrics| prometheus",
    "prometheus -.->|alerts| alertmanager",
  ])
    expect(text).toContain(line);
  expect(renderMermaid(pipelineGraph(planWith({ monitoring: { enabled: true } })))).not.toContain("prometheus");
});
