/** Where services are reached, and the form of it that is in people's states. */
import { describe, expect, it, test } from "vitest";
import { flowTargetOf, indexTargetOf } from "../../flow/flow-target.ts";
import { isLoopback, keptTarget, publishOption, targetOf } from "../../plan/endpoints.ts";
import { hasOwnServer, type OwnShard } from "../../plan/servers.ts";
import { tablesTargetOf } from "../../snapshot/target.ts";
import { planWith } from "../support/config.ts";

const plan = planWith({
  portOffset: 1000,
  kafka: { brokers: 2 },
  connect: { workers: 2 },
  readSide: { enabled: true },
});
const [shard] = plan.shards.filter(hasOwnServer) as [OwnShard];
const { server } = shard;

test("every service has two ways to it: by its name in the network, by its published port on this machine", () => {
  const { kafka, connect, readSide } = plan;
  expect(shard.endpoints).toEqual({
    inNetwork: { host: server.alias, port: 3306 },
    fromHost: { host: "127.0.0.1", port: server.port.host },
  });
  expect(kafka.endpoints).toEqual({
    inNetwork: { bootstrap: "kafka:29092,kafka-2:29092" },
    fromHost: { bootstrap: "localhost:10092,localhost:10093" },
  });
  expect(connect.endpoints).toEqual(connect.workers[0]?.endpoints);
  expect(connect.workers.map(({ endpoints }) => endpoints)).toEqual([
    { inNetwork: { url: "http://connect:8083" }, fromHost: { url: "http://localhost:9083" } },
    { inNetwork: { url: "http://connect-2:8083" }, fromHost: { url: "http://localhost:9084" } },
  ]);
  expect([readSide?.endpoints, readSide?.page?.endpoints]).toEqual([
    { inNetwork: { url: "http://opensearch:9200" }, fromHost: { url: "http://127.0.0.1:10200" } },
    { inNetwork: { url: "http://search:8090" }, fromHost: { url: "http://127.0.0.1:9090" } },
  ]);
  expect(publishOption(server.port)).toBe(`127.0.0.1:${server.port.host}:3306`);
});

const keptAs: Record<string, unknown> = {
  mysql: ["mysqlHostPort", server.port.host],
  connect: ["connectUrl", "http://localhost:9083"],
  kafka: ["bootstrap", "localhost:10092,localhost:10093"],
  engine: ["engineUrl", "http://127.0.0.1:10200"],
};

describe.each<[string, object]>([
  ["flow", flowTargetOf(plan, shard)],
  ["tables", tablesTargetOf(plan, shard)],
  ["index", indexTargetOf(plan, plan.readSide!, shard)],
])("the state's form of the target %s", (_, target) => {
  it("has every way by its address alone, in its place", () => {
    const kept = keptTarget(target);
    expect(Object.entries(kept)).toEqual(Object.entries(target).map(([key, value]) => keptAs[key] ?? [key, value]));
  });

  it("is read as the target that it was", () => {
    expect(targetOf(keptTarget(target))).toEqual(target);
  });
});

const tls = { ca: "-----BEGIN CERTIFICATE-----" };
const login = { user: "cdc" };
const sasl = { mechanism: "PLAIN", user: "cdc" } as const;

test.each([
  ["a server elsewhere", { mysql: { host: "db.example", port: 3306 } }],
  ["a server over TLS", { mysql: { host: "127.0.0.1", port: 3306, tls } }],
  ["brokers over TLS", { kafka: { bootstrap: "kafka:9093", tls } }],
  ["brokers with a login", { kafka: { bootstrap: "kafka:9093", tls, sasl } }],
  ["a worker over TLS", { connect: { url: "https://connect:8443", tls } }],
  ["an engine with a login", { engine: { url: "https://search:9200", login } }],
])("of %s nothing is lost on the way through JSON", (_, target: object) => {
  expect(targetOf(JSON.parse(JSON.stringify(keptTarget(target))))).toEqual(target);
});

test.each([
  ["http://localhost:9200", true],
  ["https://127.0.1.1:9200", true],
  ["http://[::1]:9200", true],
  ["http://localhost.example:9200", false],
  ["http://search.example:9200", false],
])("%s names the one that asks: %s", (url, isNear) => {
  expect(isLoopback(url)).toBe(isNear);
});
