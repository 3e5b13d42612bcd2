import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { schemaFilesOf } from "../../config/sql.ts";
import { unknownValue, type Properties } from "../../provider/handler.ts";
import { schemaHandler } from "../../provider/schema-handler.ts";

const secret = (value: string) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
const files = Object.fromEntries(schemaFilesOf("orders").map(({ name, sha256 }) => [name, sha256.slice(0, 12)]));
/** Nothing listens at port 1. */
const inputs: Properties = {
  shard: "shard0",
  host: "127.0.0.1",
  port: 1,
  password: secret("x"),
  databases: ["ordersdb", "cdc"],
  files,
  allow: [],
};
const diff = async (news: Properties) => {
  const said: string[] = [];
  const { changes } = await schemaHandler.diff("shard0", inputs, news, (text) => said.push(text));
  return { changes, said };
};

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

test.each<[string, Properties, boolean]>([
  ["nothing", {}, false],
  ["another word that allows something", { allow: ["file:x@0123456789"] }, false],
  ["a further database", { databases: ["ordersdb", "more", "cdc"] }, true],
  ["another file", { files: { "orders/10-tables.sql": files["orders/10-tables.sql"] } }, true],
  ["another server", { port: 2 }, true],
  ["what is not known yet", { host: unknownValue }, true],
  ["a password that is about to be made anew", { password: unknownValue }, false],
])("what changes it: %s", async (_what, fields, changes) => {
  expect((await diff({ ...inputs, ...fields })).changes).toBe(changes);
});

test("a server that does not answer is said, and `create` and `update` fail without it", async () => {
  expect((await diff(inputs)).said).toEqual([
    expect.stringMatching(
      /^shard0: its schema files could not be compared with the server \(.*ECONNREFUSED.*\); `up` looks/,
    ),
  ]);
  expect(await schemaHandler.check?.(inputs, inputs, false, () => {})).toEqual({ inputs, failures: [] });
  await expect(schemaHandler.create(inputs, () => {})).rejects.toThrow(/ECONNREFUSED/);
  await expect(schemaHandler.update("shard0", inputs, inputs, () => {})).rejects.toThrow(/ECONNREFUSED/);
});

test("a server that is frozen holds nobody for ever", { timeout: 60_000 }, async () => {
  server = createServer(() => {});
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(schemaHandler.create({ ...inputs, port }, () => {})).rejects.toThrow(/ETIMEDOUT/);
});

test("a file that was changed after the program read it is not applied", async () => {
  const news = { ...inputs, files: { ...files, "orders/20-rows.sql": "000000000000" } };
  await expect(schemaHandler.create(news, () => {})).rejects.toThrow(/sql\/orders\/20-rows\.sql was changed meanwhile/);
});
