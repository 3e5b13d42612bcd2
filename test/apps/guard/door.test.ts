/** A guard that wants a login, as it stands on the wire: by HTTPS alone. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { opensFor } from "../../../apps/guard/door.ts";
import { Recorder } from "../../../apps/guard/page/recorder.ts";
import { serve } from "../../../apps/guard/server.ts";
import { askHttp } from "../../../clients/http.ts";
import type { HttpEndpoint } from "../../../lib/endpoint.ts";
import { selfSigned } from "../../support/certificate.ts";
import { knownOf, settings } from "./metrics/fixture.ts";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

test("the login opens, whatever its characters, and nothing else does", () => {
  const opens = opensFor("cdc", "s3cret:ü");
  expect(opens(basic("cdc:s3cret:ü"))).toBe(true);
  expect(opens(basic("cdc:s3cret:ü").replace("Basic", "basic"))).toBe(true);
  const others = [
    undefined,
    "",
    "Basic",
    basic(""),
    basic("cdc"),
    basic("cdc:"),
    basic("cdc:s3cret"),
    basic("x:s3cret:ü"),
  ];
  for (const other of [...others, "Bearer s3cret:ü", "cdc:s3cret:ü"])
    expect([other, opens(other)]).toEqual([other, false]);
});

const { cert, key } = selfSigned(["localhost", "127.0.0.1"]);
const past = new Recorder(settings, Date.now);
const known = () => ({ ...knownOf(1), checked: { ...knownOf(1).checked!, at: Date.now() } });
let server: Server | undefined;
let guard: HttpEndpoint;

beforeAll(async () => {
  const metrics = { ...settings.metrics, port: 0, listensAt: ["127.0.0.1"], hosts: ["localhost", "127.0.0.1"] };
  const door = { cert, key, opens: opensFor("cdc", "s3cret") };
  [server] = serve({ ...settings, metrics }, { known, past }, () => {}, door);
  await once(server!, "listening");
  const url = `https://127.0.0.1:${(server!.address() as AddressInfo).port}`;
  guard = { url, tls: { ca: cert }, login: { user: "cdc" }, access: async () => ({ password: "s3cret" }) };
});

afterAll(() => {
  server?.closeAllConnections();
  server?.close();
});

async function ask(address: HttpEndpoint, path: string) {
  const signal = AbortSignal.timeout(20_000);
  return await askHttp("the guard", address, { method: "GET", path, body: undefined, signal });
}

test.each(["/", "/metrics", "/api/state", "/page.js", "/nothing"])("%s is for who logs in", async (path) => {
  const { login: _, ...anonymous } = guard;
  expect((await ask(guard, path)).status).toBe(path === "/nothing" ? 404 : 200);
  for (const other of [
    anonymous,
    { ...guard, access: async () => ({ password: "wrong" }) },
    { ...guard, login: { user: "x" } },
  ]) {
    const { status, text } = await ask(other, path);
    expect([status, text]).toEqual([401, "the page and the metrics want a login\n"]);
  }
});

test("plain HTTP is answered by nobody", async () => {
  const plain = { url: guard.url.replace("https:", "http:") };
  await expect(ask(plain, "/metrics")).rejects.toThrow(/socket hang up|ECONNRESET|Parse Error/);
});
