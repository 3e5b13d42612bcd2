import { X509Certificate } from "node:crypto";
import { createServer, connect } from "node:tls";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { certificateAuthorityHandler, certificateHandler } from "../../provider/certificate-handlers.ts";
import { makeAuthority, makeCertificate, type KeyPair } from "../../provider/certificates.ts";
import { unknownValue, type Properties } from "../../provider/handler.ts";

const now = Date.parse("2026-06-01T12:00:00.500Z");
const dayMs = 86_400_000;
const names = ["mysql-3308", "cdc-dev-mysql-3308", "localhost", "127.0.0.1", "::1"];

let authority: KeyPair;
let server: KeyPair;
beforeAll(async () => {
  authority = await makeAuthority("cdc dev", now);
  server = await makeCertificate(authority, names, now);
});

test("a server's certificate is signed by its authority, for each of the names and no other", () => {
  const [ca, leaf] = [new X509Certificate(authority.certificate), new X509Certificate(server.certificate)];
  expect(ca.ca).toBe(true);
  expect(ca.checkIssued(ca) && ca.verify(ca.publicKey)).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
  expect([leaf.checkHost("mysql-3308"), leaf.checkHost("localhost")]).toEqual(["mysql-3308", "localhost"]);
  expect([leaf.checkIP("127.0.0.1"), leaf.checkIP("::1")]).toEqual(["127.0.0.1", "::1"]);
  expect([leaf.checkHost("mysql-3309"), leaf.checkIP("127.0.0.2")]).toEqual([undefined, undefined]);
  expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
});

test("authorities of one name do not sign for each other, and no key is made twice", async () => {
  const other = await makeAuthority("cdc dev", now);
  expect(new X509Certificate(server.certificate).verify(new X509Certificate(other.certificate).publicKey)).toBe(false);
  expect(new Set([authority, server, other].map(({ privateKey }) => privateKey)).size).toBe(3);
});

test.each([
  ["its own authority", () => authority, undefined],
  ["another one", async () => await makeAuthority("cdc dev", now), /certificate/],
])("a TLS client that trusts %s", async (_, trusted, refusal) => {
  const current = await makeAuthority("cdc dev", Date.now());
  const pair = await makeCertificate(current, names, Date.now());
  const listener = createServer({ cert: pair.certificate, key: pair.privateKey }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const ca = refusal === undefined ? current.certificate : (await trusted()).certificate;
  const socket = connect({ port: (listener.address() as AddressInfo).port, host: "127.0.0.1", ca });
  const end = await Promise.race([
    once(socket, "secureConnect").then(() => undefined),
    once(socket, "error").then(([error]) => String(error)),
  ]).catch(String);
  socket.destroy();
  listener.close();
  if (refusal === undefined) expect(end).toBeUndefined();
  else expect(end).toMatch(refusal);
});

describe.each([
  ["an authority", certificateAuthorityHandler, { name: "cdc dev" }, 3650],
  ["a server's certificate", certificateHandler, { names, authority: undefined }, 730],
] as const)("%s", (_, handlerAt, given, days) => {
  const inputs = (): Properties => ("names" in given ? { names: given.names, authority } : { ...given });
  const create = async () => {
    const { outs = {} } = await handlerAt(() => now).create(inputs(), () => {});
    return outs as Properties;
  };
  const diffAt = async (at: number, state: Properties, news: Properties = inputs()) => {
    const said: string[] = [];
    const { changes } = await handlerAt(() => at).diff("x", state, news, (text) => said.push(text));
    return { changes, said };
  };

  test("is valid from a day before, and tells its end", async () => {
    const state = await create();
    const { validFrom, validTo } = new X509Certificate(String(state["certificate"]));
    expect(new Date(validFrom).getTime()).toBe(Math.floor(now / 1000) * 1000 - dayMs);
    expect(new Date(validTo).toISOString()).toBe(state["until"]);
    expect(Date.parse(validTo) - Date.parse(validFrom)).toBe(days * dayMs);
  });

  test("is left alone until a third of its life is left, and then renewed with a word", async () => {
    const state = await create();
    const third = Date.parse(String(state["until"])) - (days * dayMs) / 3;
    expect(await diffAt(third - 1000, state)).toEqual({ changes: false, said: [] });
    const { changes, said } = await diffAt(third + 1000, state);
    expect(changes).toBe(true);
    expect(said.join()).toMatch(/^ends on \d{4}-\d\d-\d\d: up renews it/);

    const { outs = {} } = await handlerAt(() => third + 1000).update("x", state, inputs(), () => {});
    expect(outs["privateKey"]).not.toBe(state["privateKey"]);
    expect(await diffAt(third + 2000, outs as Properties)).toEqual({ changes: false, said: [] });
  });

  test("is made anew by other inputs, and by such as are not known yet", async () => {
    const state = await create();
    const other = "names" in given ? { names: ["mysql-3309"], authority } : { name: "cdc other" };
    expect((await diffAt(now, state, other)).changes).toBe(true);
    const unknown = Object.fromEntries(Object.keys(inputs()).map((key) => [key, unknownValue]));
    expect((await diffAt(now, state, unknown)).changes).toBe(true);
  });

  test("stays what it is in a refresh", async () => {
    const state = await create();
    expect(await handlerAt(() => now).read("x", state, () => {})).toEqual({ props: state, inputs: inputs() });
  });
});

test("an authority is renewed before a certificate of its could outlive it", async () => {
  const handler = certificateAuthorityHandler(() => now);
  const { outs = {} } = await handler.create({ name: "cdc dev" }, () => {});
  const until = Date.parse(String(outs["until"]));
  const atLeast = certificateAuthorityHandler(() => until - 730 * dayMs);
  expect((await atLeast.diff("x", outs as Properties, { name: "cdc dev" }, () => {})).changes).toBe(true);
});
