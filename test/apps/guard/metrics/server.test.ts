/** As it stands on the wire: fetch would not send another Host. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, serve } from "../../../../apps/guard/metrics/server.ts";
import { knownOf, settings } from "./fixture.ts";

const known = () => ({ ...knownOf(1), checked: { ...knownOf(1).checked!, at: Date.now() } });
let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => void answer(settings, known, request, response));
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
  ["GET /metrics", ["Host: evil.example"], 403],
  ["GET /metrics", ["Host: localhost", "Origin: http://evil.example"], 403],
  ["GET /metrics", ["Host: localhost", "Sec-Fetch-Site: cross-site"], 403],
  ["POST /metrics", ["Host: evil.example"], 403],
  ["POST /metrics", ["Host: localhost", "Content-Length: 0"], 405],
  ["DELETE /", ["Host: localhost"], 405],
  ["GET /", ["Host: localhost"], 404],
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
  const [second] = serve(taken, known, ({ text: line }) => void lines.push(line));
  await expect
    .poll(() => lines)
    .toEqual([expect.stringMatching(/^guard: no metrics are served at 127\.0\.0\.1: .*EADDRINUSE/)]);
  second?.close();
});
