import { beforeEach, describe, expect, test, vi } from "vitest";
import type { MysqlAddress } from "../../clients/mysql/client.ts";
import { acceptedPasswordHandler, retiredPasswordHandler } from "../../provider/account-password-handler.ts";
import { unknownValue, type Properties } from "../../provider/handler.ts";

/** A server with dual passwords, as far as the handlers ask it; the account's current one first. */
const server = { root: "root", kept: ["a"], further: [] as string[], statements: [] as string[], isAway: false };

vi.mock("../../clients/mysql/client.ts", () => ({
  unlessCutOff: async <T>(logIn: () => Promise<T>) => await logIn(),
  connectMysql: async ({ user, password }: MysqlAddress) => {
    if (server.isAway) throw new Error("connect ECONNREFUSED");
    const taken = user === "root" ? [server.root] : [...server.kept, ...server.further];
    if (!taken.includes(password)) throw Object.assign(new Error("Access denied"), { errno: 1045 });
    return {
      end: async () => {},
      query: async (sql: string, values: string[] = []) => {
        if (sql.startsWith("SELECT")) return [[{ kept: server.kept.length > 1 ? 1 : 0 }]];
        if (sql.startsWith("ALTER")) server.statements.push(sql);
        if (sql.endsWith("RETAIN CURRENT PASSWORD")) server.kept = [values[0] ?? "", server.kept[0] ?? ""];
        if (sql.endsWith("DISCARD OLD PASSWORD")) server.kept = server.kept.slice(0, 1);
        return [[]];
      },
    };
  },
}));

const secret = (value: string) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
const inputs = (accountPassword: string, fields: Properties = {}): Properties => ({
  shard: "shard0",
  server: { host: "h", port: 1 },
  password: secret("root"),
  account: "debezium@%",
  accountPassword: secret(accountPassword),
  ...fields,
});
const said: string[] = [];
const say = (text: string) => said.push(text);
const accept = async (olds: Properties, news: Properties) =>
  (await acceptedPasswordHandler.update("shard0", olds, news, say)).outs as Properties;
const retire = async (olds: Properties, news: Properties) =>
  await retiredPasswordHandler.update("shard0", olds, news, say);

beforeEach(() => {
  Object.assign(server, { root: "root", kept: ["a"], further: [], statements: [], isAway: false });
  said.length = 0;
});

test("an account as it is made needs no statement: neither on a new stack nor on one of before", async () => {
  await acceptedPasswordHandler.create(inputs("a"), say);
  await retiredPasswordHandler.create(inputs("a", { after: "t" }), say);
  expect(server).toMatchObject({ kept: ["a"], statements: [] });
});

test("a rotation: both are taken, then the new one alone, and the old one is tried", async () => {
  await accept(inputs("a"), inputs("b"));
  expect(server.kept).toEqual(["b", "a"]);
  await retire(inputs("a"), inputs("b"));
  expect(server.kept).toEqual(["b"]);
  expect(said).toEqual(["shard0: the new password of debezium@% is in use, and the old one is refused"]);
});

describe("ended in the middle", () => {
  test("after the statement and before the state has it: the old one stays, whatever comes next", async () => {
    await accept(inputs("a"), inputs("b"));
    await accept(inputs("a"), inputs("b"));
    expect(server).toMatchObject({ kept: ["b", "a"], statements: [expect.any(String)] });
  });

  test("before anybody was given the new one, nothing is retired", async () => {
    await expect(retire(inputs("a"), inputs("b"))).rejects.toThrow(/the old one is kept\n.*run the same command again/);
    expect(server.kept).toEqual(["a"]);
  });
});

test("an old one that is still let in is an error, and never said to be gone", async () => {
  await accept(inputs("a"), inputs("b"));
  // As if another account of that name took it.
  server.further = ["a"];
  await expect(retire(inputs("a"), inputs("b"))).rejects.toThrow(/still let in with its old password/);
  expect(said).toEqual([]);
});

describe("what changes it", () => {
  test.each<[string, Properties, boolean]>([
    ["nothing", inputs("a"), false],
    ["another password of root", inputs("a", { password: secret("other") }), false],
    ["root's, not known yet", inputs("a", { password: unknownValue }), false],
    ["another password", inputs("b"), true],
    ["one that is not known yet", inputs("a", { accountPassword: unknownValue }), true],
  ])("%s", async (_what, news, changes) => {
    expect(await acceptedPasswordHandler.diff("shard0", inputs("a"), news, say)).toEqual({ changes });
    expect(await retiredPasswordHandler.diff("shard0", inputs("a"), news, say)).toEqual({ changes });
    expect(said).toEqual([]);
  });

  test("a password that somebody changed on the server is told, and given again", async () => {
    server.kept = ["x"];
    expect(await acceptedPasswordHandler.diff("shard0", inputs("a"), inputs("a"), say)).toEqual({ changes: true });
    expect(said.join()).toMatch(/shard0: debezium@% is refused with the pipeline's password; `up` gives it/);
    await accept(inputs("a"), inputs("a"));
    expect(server.kept).toEqual(["a", "x"]);
  });

  test("a server that is away changes nothing, and is told", async () => {
    server.isAway = true;
    expect(await acceptedPasswordHandler.diff("shard0", inputs("a"), inputs("a"), say)).toEqual({ changes: false });
    expect(said.join()).toMatch(/taken to be as it was/);
  });
});
