import { beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../../lib/run.ts";
import { CdcProvider } from "../../provider/provider.ts";
import { tablesReadHandler } from "../../provider/tables-read-handler.ts";
import { unknownValue, type Properties } from "../../provider/handler.ts";

const { look, readUnread } = vi.hoisted(() => ({ look: vi.fn(), readUnread: vi.fn() }));
vi.mock("../../snapshot/state.ts", async (original) => ({
  ...(await original<typeof import("../../snapshot/state.ts")>()),
  readTablesState: look,
}));
vi.mock("../../snapshot/read-unread.ts", () => ({ readUnread }));

const inputs = { target: { shard: "shard0", captured: [] }, password: "x", after: "a" };
const state: Properties = { ...inputs, checkedAt: "2026-01-01T00:00:00Z" };
const never = (...tables: string[]) => ({
  tables: tables.map((table) => ({ table, read: undefined, unreadByWish: null })),
});

beforeEach(() => {
  look.mockReset().mockResolvedValue(never());
  readUnread.mockReset().mockResolvedValue(undefined);
});

test.each<[string, Properties, boolean]>([
  ["the same", inputs, false],
  ["a connector that was changed", { ...inputs, after: "b" }, true],
  ["a connector that is about to be changed", { ...inputs, after: unknownValue }, true],
  ["another target", { ...inputs, target: { shard: "shard0", captured: [{ table: "a.b" }] } }, true],
])("what was read is looked at again for what changed: %s", async (_what, news, changes) => {
  expect(await tablesReadHandler.diff("shard0", state, news, () => {})).toEqual({ changes });
});

test("a table that was never read is a change of its own, and told before anything is done", async () => {
  look.mockResolvedValue(never("a.b", "a.c"));
  const said: string[] = [];
  expect(await tablesReadHandler.diff("shard0", state, inputs, (text) => said.push(text))).toEqual({ changes: true });
  expect(said).toEqual(["shard0: never read: a.b, a.c; up has the connector read them while changes go on"]);
});

test("one that the configuration leaves out is none", async () => {
  look.mockResolvedValue({ tables: [{ table: "a.b", read: undefined, unreadByWish: "snapshotMode: no_data" }] });
  expect(await tablesReadHandler.diff("shard0", state, inputs, () => {})).toEqual({ changes: false });
});

test("a broker that does not answer is no change: preview works without one", async () => {
  look.mockRejectedValue(new Error("no answer from Kafka"));
  expect(await tablesReadHandler.diff("shard0", state, inputs, () => {})).toEqual({ changes: false });
});

test("progress passes by, results stay, and what to do is said", async () => {
  const failure = new UserError("shard0: a.b has no key", "give it one");
  readUnread.mockImplementation(async (_target, _password, say: { result: Log; progress: Log }) => {
    say.progress("half");
    say.result("whole");
    throw failure;
  });
  const said: unknown[][] = [];
  const created = tablesReadHandler.create(inputs, (...words) => said.push(words));
  await expect(created).rejects.toBe(failure);
  expect(said).toEqual([["half", true], ["whole"]]);
  // The engine shows the message alone, of whatever resource.
  const shown = new CdcProvider().create("urn:pulumi:test::cdc::cdc:index:TablesRead::shard0", inputs);
  await expect(shown).rejects.toThrow("shard0: a.b has no key\n  what to do: give it one");
});

type Log = (text: string) => void;
