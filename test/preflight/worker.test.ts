import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { lookAtTopicPrefixes, parseTopicPrefixes } from "../../preflight/worker.ts";

it("connectors with a topic prefix, by name", () => {
  const answer = {
    "shard0-connector": { info: { name: "shard0-connector", config: { "topic.prefix": "shard0" } } },
    sink: { info: { config: {} } },
    broken: { info: null },
  };
  expect([...parseTopicPrefixes(answer)]).toEqual([["shard0-connector", "shard0"]]);
});

it("asks the worker once, by HTTP; an answer other than success is an error", async () => {
  let status = 200;
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ a: { info: { config: { "topic.prefix": "p" } } } }));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect([...(await lookAtTopicPrefixes(url))]).toEqual([["a", "p"]]);
  expect(asked).toEqual(["/connectors?expand=info"]);
  status = 503;
  await expect(lookAtTopicPrefixes(url)).rejects.toThrow("HTTP 503");
});

it("never throws on odd answers", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.record({ info: fc.jsonValue() }))), (answer) => {
      expect(parseTopicPrefixes(answer)).toBeInstanceOf(Map);
    }),
  );
});
