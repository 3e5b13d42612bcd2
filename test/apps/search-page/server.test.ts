import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answer } from "../../../apps/search-page/server.ts";
import { found, startEngine, type FakeEngine } from "./engine.ts";

let engine: FakeEngine;
let server: Server;
let page: string;

beforeAll(async () => {
  engine = await startEngine();
  const settings = {
    port: 0,
    engineUrl: engine.url,
    hosts: ["localhost", "127.0.0.1"],
    indices: [{ alias: "products-products", table: "products.products" }],
  };
  server = createServer((request, response) => void answer(settings, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  page = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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

test.each([
  ["/", "text/html; charset=utf-8", "<!doctype html>"],
  ["/?q=battery", "text/html; charset=utf-8", "<!doctype html>"],
  ["/page.js", "text/javascript; charset=utf-8", "/** The page"],
  ["/page.css", "text/css; charset=utf-8", ":root"],
  ["/icon.svg", "image/svg+xml", "<svg"],
  ["/health", "text/plain", "ok"],
])("%s is %s", async (path, type, beginning) => {
  const response = await fetch(page + path);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe(type);
  expect((await response.text()).slice(0, beginning.length)).toBe(beginning);
});

test("nothing in the page comes from elsewhere, and the browser is told to take nothing from there", async () => {
  for (const path of ["/", "/page.js", "/rows.js", "/format.js", "/texts.js", "/page.css"]) {
    const text = await (await fetch(page + path)).text();
    expect(text.match(/https?:\/\/|["'(]\/\/|innerHTML/g), path).toBeNull();
  }
  for (const path of ["/", "/api/search", "/nothing"]) {
    const { headers } = await fetch(page + path);
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
  }
});

test("a search is answered in JSON; what a question mark follows belongs to it", async () => {
  const response = await fetch(`${page}/api/search?q=what?&size=3`);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toMatchObject({ total: 12, rows: [] });
  expect(engine.asked[0]?.body).toMatchObject({ size: 3 });
  expect(JSON.stringify(engine.asked[0]?.body)).toContain('"query":"what?"');
});

describe("says what is wrong with", () => {
  test("a search", async () => {
    const response = await fetch(`${page}/api/search?size=no`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: 'size is "no": it has to be a number from 1 to 200' });
    expect(engine.asked).toEqual([]);
  });

  test("the engine", async () => {
    engine.answer = { status: 503, text: '{"error":{"reason":"no master"}}' };
    const response = await fetch(`${page}/api/search`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ error: "the search engine answered HTTP 503: no master" });
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s", async (method) => {
    const response = await fetch(`${page}/api/search`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(await response.json()).toEqual({ error: `${method} is not allowed: the page only reads` });
    expect(engine.asked).toEqual([]);
  });

  // As it stands in the request line: fetch would tidy the path up.
  test.each([
    "/main.ts",
    "/../main.ts",
    "/public/page.js",
    "/%2e%2e/main.ts",
    "//",
    "*",
    "/api/search/",
    "/index.html",
  ])("the path %s", async (path) => {
    const asked = httpRequest({ port: new URL(page).port, host: "127.0.0.1", path }).end();
    const [response] = (await once(asked, "response")) as [import("node:http").IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(404);
  });
});

test("HEAD has the headers and no body", async () => {
  const response = await fetch(page, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(Number(response.headers.get("content-length"))).toBeGreaterThan(500);
  expect(await response.text()).toBe("");
});
