/** What is read of Prometheus' answers, from a stand-in for it. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PrometheusClient } from "../../clients/prometheus.ts";

let server: Server;
let client: PrometheusClient;
const answers = new Map<string, unknown>();

beforeEach(async () => {
  answers.clear();
  server = createServer((request, response) => {
    const data = answers.get(request.url ?? "");
    response
      .writeHead(data === undefined ? 503 : 200)
      .end(data === undefined ? "starting up" : JSON.stringify({ data }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  client = new PrometheusClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, 20_000);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test("targets, with what is wrong with them", async () => {
  const target = { labels: { job: "cdc-dev" }, health: "down", lastError: "refused" };
  answers.set("/api/v1/targets?state=active", { activeTargets: [target] });
  expect(await client.targets()).toEqual([{ job: "cdc-dev", health: "down", lastError: "refused" }]);
});

test("the names of alerts that fire, each once", async () => {
  const alert = (alertname: string, state = "firing") => ({ labels: { alertname }, state });
  answers.set("/api/v1/alerts", { alerts: [alert("B"), alert("A"), alert("B"), alert("C", "pending")] });
  expect(await client.firing()).toEqual(["A", "B"]);
});

test("the one value of an expression, or none", async () => {
  answers.set("/api/v1/query?query=sum(a)%20%3E%200", { result: [{ metric: {}, value: [1, "2.5"] }] });
  answers.set("/api/v1/query?query=b", { result: [] });
  expect(await client.value("sum(a) > 0")).toBe(2.5);
  expect(await client.value("b")).toBeUndefined();
});

test("another answer is told with what was said", async () => {
  await expect(client.firing()).rejects.toThrow("Prometheus answers 503 to /api/v1/alerts: starting up");
});
