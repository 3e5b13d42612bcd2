import { expect, test } from "vitest";
import { isSameBeginning, lookAtBeginning, type Begun } from "../../../apps/guard/begun.ts";

const config = {
  "schema.history.internal.kafka.topic": "history",
  "notification.sink.topic.name": "notifications",
};

/** Topics of these offsets, and snapshots that notifications at these offsets tell of. */
function world(start: bigint, end: bigint | undefined, snapshots: readonly bigint[] = []) {
  const asked: string[] = [];
  return {
    asked,
    broker: {
      startOffsets: async () => new Map([["history", start]]),
      endOffsets: async () => new Map(end === undefined ? [] : [["notifications", end]]),
    },
    newestSnapshot: async (topic: string, from: bigint, to: bigint) => {
      asked.push(`${topic} ${from}-${to}`);
      return snapshots.findLast((offset) => offset >= from && offset < to);
    },
  };
}

const first: Begun = { historyStart: 0n, snapshot: undefined, readTo: 5n };

test("the first look reads nothing: it is compared with what comes", async () => {
  const seen = world(0n, 5n, [1n]);
  expect(await lookAtBeginning(seen, config, undefined)).toEqual(first);
  expect(seen.asked).toEqual([]);
});

test.each<[string, ReturnType<typeof world>, boolean, string[]]>([
  ["nothing new", world(0n, 5n), true, []],
  [
    "a notification that tells of no beginning, as of a snapshot that was skipped",
    world(0n, 6n),
    true,
    ["notifications 5-6"],
  ],
  ["a snapshot", world(0n, 8n, [2n, 6n]), false, ["notifications 5-8"]],
  ["an emptied schema history", world(9n, 5n), false, []],
  ["a topic that was made anew, with a snapshot", world(0n, 2n, [1n]), false, ["notifications 0-2"]],
  ["a topic that is gone", world(0n, undefined), true, []],
])("%s", async (_what, seen, isSame, asked) => {
  expect(isSameBeginning(first, await lookAtBeginning(seen, config, first))).toBe(isSame);
  expect(seen.asked).toEqual(asked);
});

test("what a look found stays known, and is not read again", async () => {
  const second = await lookAtBeginning(world(0n, 8n, [6n]), config, first);
  expect(await lookAtBeginning(world(0n, 8n), config, second)).toEqual(second);
});

test("a connector without such topics never begins anew", async () => {
  const seen = await lookAtBeginning(world(0n, 5n), {}, undefined);
  expect(isSameBeginning(seen, await lookAtBeginning(world(9n, 9n), {}, seen))).toBe(true);
});
