/** As it stands on the wire: fetch would not send another Host. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, serve } from "../../../apps/guard/server.ts";
import { files } from "../../../apps/guard/page/files.ts";
import { Recorder } from "../../../apps/guard/page/recorder.ts";
import { knownOf, settings } from "./metrics/fixture.ts";

const known = () => ({ ...knownOf(1), checked: { ...knownOf(1).checked!, at: Date.now() } });
const past = new Recorder(settings, Date.now);
const knowing = { known, past };
let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => void answer(settings, knowing, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(
  line: string,
  ...headers: readonly string[]
): Promise<{ status: number; head: string; body: string }> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write([`${line} HTTP/1.1`, ...headers, "Connection: close", "", ""].join("\r\n"));
  const [head = "", body = ""] = (await text(socket)).split("\r\n\r\n");
  return { status: Number(head.split(" ", 2)[1]), head, body };
}

test.each(["localhost:9108", "127.0.0.1:19108", "[::1]:9108", "guard:9108"])("%s may ask", async (host) => {
  const { status, head, body } = await ask("GET /metrics", `Host: ${host}`);
  expect(status).toBe(200);
  expect(head).toMatch(/content-type: text\/plain; version=0\.0\.4; charset=utf-8/i);
  expect(body).toContain('cdc_connector_condition{connector="shard0-connector",kind="source",shard="shard0"');
});

test("a question behind the path is passed over, and HEAD is the same without the text", async () => {
  expect((await ask("GET /metrics?x=/y", "Host: localhost")).status).toBe(200);
  expect(await ask("HEAD /metrics", "Host: localhost")).toMatchObject({ status: 200, body: "" });
});

test.each([
  ["/", "text/html; charset=utf-8", "<!doctype html>"],
  ["/?from=a-link", "text/html; charset=utf-8", "<!doctype html>"],
  ["/page.js", "text/javascript; charset=utf-8", "/** The page"],
  ["/page.css", "text/css; charset=utf-8", ":root"],
  ["/icon.svg", "image/svg+xml", "<svg"],
  ["/uplot.js", "text/javascript; charset=utf-8", "/**"],
  ["/uplot.css", "text/css; charset=utf-8", ".uplot"],
  ["/api/state", "application/json", '{"now":'],
  ["/api/history", "application/json", '{"now":'],
])("%s is %s, and nothing in it may come from elsewhere", async (path, type, beginning) => {
  const { status, head, body } = await ask(`GET ${path}`, "Host: localhost:9108");
  expect(status).toBe(200);
  expect(head.toLowerCase()).toContain(`content-type: ${type}`);
  expect(head).toMatch(/^content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';/im);
  expect(head).toMatch(/^x-content-type-options: nosniff$/im);
  expect(head).toMatch(/^cache-control: no-store$/im);
  expect(body.slice(0, beginning.length)).toBe(beginning);
});

test("the page's own files name no other site, make no HTML of text and have no script or style in them", async () => {
  for (const [path, { type, body }] of files) {
    if (path.startsWith("/uplot")) continue;
    const text = body.toString();
    expect(
      text.replaceAll("http://www.w3.org/2000/svg", "").match(/https?:\/\/(?!["'`/])|innerHTML|insertAdjacent/g),
      path,
    ).toBeNull();
    if (type.startsWith("text/html")) expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)/);
  }
});

test.each([
  ["GET /metrics", ["Host: evil.example"], 403],
  ["GET /metrics", ["Host: localhost", "Origin: http://evil.example"], 403],
  ["GET /metrics", ["Host: localhost", "Sec-Fetch-Site: cross-site"], 403],
  ["POST /metrics", ["Host: evil.example"], 403],
  ["POST /metrics", ["Host: localhost", "Content-Length: 0"], 405],
  ["DELETE /", ["Host: localhost"], 405],
  ["POST /api/state", ["Host: localhost", "Content-Length: 0"], 405],
  ["GET /", ["Host: evil.example"], 403],
  ["GET /api/state", ["Host: evil.example"], 403],
  ["GET /api/history", ["Host: localhost", "Sec-Fetch-Site: same-site"], 403],
  ["GET /page.js", ["Host: localhost", "Origin: http://localhost:3000"], 403],
  ["GET /index.html", ["Host: localhost"], 404],
  ["GET /../recorder.ts", ["Host: localhost"], 404],
  ["GET /%2e%2e/recorder.ts", ["Host: localhost"], 404],
  ["GET /api/", ["Host: localhost"], 404],
  ["GET /metrics/", ["Host: localhost"], 404],
  ["GET //metrics", ["Host: localhost"], 404],
  ["GET /health", ["Host: localhost"], 404],
] as const)("%s with %j is %d", async (line, headers, expected) => {
  const { status, head, body } = await ask(line, ...headers);
  expect(status).toBe(expected);
  expect(body).not.toContain("cdc_");
  expect(/^allow: GET, HEAD$/im.test(head)).toBe(expected === 405);
});

test("an address on which it cannot listen is said, and nothing is thrown", async () => {
  const lines: string[] = [];
  const { port } = server.address() as AddressInfo;
  const taken = { ...settings, metrics: { ...settings.metrics, port } };
  const [second] = serve(taken, knowing, ({ text: line }) => void lines.push(line));
  await expect
    .poll(() => lines)
    .toEqual([expect.stringMatching(/^guard: neither metrics nor page are served at 127\.0\.0\.1: .*EADDRINUSE/)]);
  second?.close();
});
