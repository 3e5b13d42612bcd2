/** As it stands on the wire: fetch would not send these. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { answer } from "../../../apps/search-page/server.ts";
import { found, startEngine, type FakeEngine } from "./engine.ts";

let engine: FakeEngine;
let server: Server;

beforeAll(async () => {
  engine = await startEngine();
  const settings = {
    port: 0,
    engineUrl: engine.url,
    hosts: ["localhost", "127.0.0.1", "[::1]", "search", "cdc-dev-search"],
    indices: [{ alias: "products-products", table: "products.products" }],
  };
  server = createServer((request, response) => void answer(settings, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await engine.close();
});
beforeEach(() => {
  engine.asked.length = 0;
  engine.answer = found([]);
});

async function ask(headers: readonly string[], line = "GET /api/search HTTP/1.1"): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write([line, ...headers, "Connection: close", "", ""].join("\r\n"));
  return await text(socket);
}

const statusOf = (response: string) => Number(response.split(" ", 2)[1]);

test.each([
  [["Host: localhost:8090"]],
  [["Host: LOCALHOST:18090"]],
  [["Host: localhost.:8090"]],
  [["Host: 127.0.0.1:8090"]],
  [["Host: [::1]:8090"]],
  [["Host: search:8090"]],
  [["Host: cdc-dev-search"]],
  [["Host: localhost:8090", "Origin: http://localhost:8090", "Sec-Fetch-Site: same-origin"]],
  [["Host: localhost:8090", "Sec-Fetch-Site: none"]],
  // A link that somebody follows.
  [["Host: localhost:8090", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"]],
])("%j may ask", async (headers) => {
  expect(statusOf(await ask(headers))).toBe(200);
  expect(engine.asked).toHaveLength(1);
});

test("so may a program that knows no Host, as no browser does", async () => {
  expect(statusOf(await ask([], "GET /api/search HTTP/1.0"))).toBe(200);
});

test.each([
  [["Host: evil.example:8090"]],
  [["Host: localhost.evil.example"]],
  [["Host: evil-localhost"]],
  [["Host: localhost@evil.example"]],
  [["Host: localhost, evil.example"]],
  [["Host: 127.0.0.2"]],
  [["Host: 0.0.0.0:8090"]],
  [["Host: 127.1"]],
  [["Host: ::1"]],
  [["Host: [0:0:0:0:0:0:0:1]"]],
  [["Host: localhost:x"]],
  [["Host: localhost.."]],
  [["Host: "]],
  [["Host: localhost", "Host: evil.example"]],
  [["Host: evil.example", "Host: localhost"]],
  [["Host: localhost:8090", "Origin: http://evil.example"]],
  [["Host: localhost:8090", "Origin: http://localhost:3000"]],
  [["Host: localhost:8090", "Origin: https://localhost:8090"]],
  [["Host: localhost:8090", "Origin: null"]],
  [["Host: localhost:8090", "Origin: http://localhost:8090", "Origin: http://evil.example"]],
  [["Host: localhost:8090", "Sec-Fetch-Site: cross-site"]],
  [["Host: localhost:8090", "Sec-Fetch-Site: same-site"]],
  [["Host: localhost:8090", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script"]],
  [["Host: localhost:8090", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"]],
])("%j may not", async (headers) => {
  for (const path of ["/api/search?q=x", "/", "/health", "/nothing"]) {
    const response = await ask(headers, `GET ${path} HTTP/1.1`);
    expect(statusOf(response), path).toBe(403);
    expect(response).toMatch(/content-security-policy: default-src 'none'.*\r\n\r\n\{"error":"/s);
  }
  expect(engine.asked).toEqual([]);
});

test("a host that stands in the request line is no path of the page, and none is asked for", async () => {
  expect(statusOf(await ask(["Host: localhost"], "GET http://evil.example/api/search HTTP/1.1"))).toBe(404);
  expect(statusOf(await ask(["Host: evil.example"], "GET http://localhost/api/search HTTP/1.1"))).toBe(403);
  expect(engine.asked).toEqual([]);
});

test("what is refused is told with what to do", async () => {
  expect(await ask(["Host: evil.example"])).toContain(
    String.raw`{"error":"the host \"evil.example\" is none of the names here; ask by one of localhost, 127.0.0.1, [::1], search, cdc-dev-search"}`,
  );
});
