/** The search of the end-to-end tests has to be able to find. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { formsOf, secretsIn } from "../e2e/support/secrets.ts";

const value = 'Aq7"\\ /한+Zk9xPw2Lm4';
const secrets = { planted: value, other: "this-one-is-nowhere" };
const place = (content: string | Uint8Array | (string | Uint8Array)[]) => ({ place: async () => content });

test.each<[form: string, content: string | Uint8Array]>([
  ["clear", `password=${value}\n`],
  ["JSON", JSON.stringify({ password: value })],
  ["JSON in JSON", JSON.stringify({ config: JSON.stringify({ password: value }) })],
  ["a URL", `mysql://root:${encodeURIComponent(value)}@host`],
  ["a form", new URLSearchParams({ password: value }).toString()],
  ["hex", Buffer.from(value).toString("hex")],
  ["base64", Buffer.from(value).toString("base64")],
  ["base64", Buffer.from(`u:${value}`).toString("base64")],
  ["base64", Buffer.from(`debezium:${value} and more`).toString("base64")],
  ["base64url", Buffer.from(value).toString("base64url")],
  ["UTF-16LE", Buffer.from(`x${value}`, "utf16le")],
  ["UTF-16BE", Buffer.from(value, "utf16le").swap16()],
  ["clear", Buffer.concat([Buffer.from([0xff, 0xfe, 0]), Buffer.from(value), Buffer.from([0xff])])],
])("a planted secret is found as %s", async (form, content) => {
  expect(await secretsIn(place(content), secrets)).toEqual([`place: planted as ${form}`]);
});

test("it is found in any of several pieces, and at each place", async () => {
  const places = { one: async () => ["", "x", value], two: async () => "nothing here", three: async () => value };
  expect(await secretsIn(places, secrets)).toEqual(["one: planted as clear", "three: planted as clear"]);
});

test("what is like it, or packed, is not it", async () => {
  const others = [value.slice(1), value.toLowerCase(), value.split("").toReversed().join(""), gzipSync(value)];
  expect(await secretsIn(place(others), secrets)).toEqual([]);
});

test("a search that could find nothing is an error", async () => {
  await expect(secretsIn(place(""), secrets)).rejects.toThrow("there is nothing to look into: place");
  await expect(secretsIn(place([]), secrets)).rejects.toThrow("there is nothing to look into: place");
  await expect(secretsIn(place("x"), { planted: "" })).rejects.toThrow("planted has 0 characters");
});

test("every form of a password of letters and digits is long enough to be no accident", () => {
  for (const [form, bytes] of formsOf("abcdefghijkmnopqrstuvwx")) expect(bytes.length, form).toBeGreaterThan(20);
});
