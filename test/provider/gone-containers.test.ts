/** cdc:index:GoneContainers, with the engine stood in for. */
import { describe, expect, test } from "vitest";
import type { HeldVolume } from "../../plan/owner.ts";
import { goneContainersHandlerWith } from "../../provider/gone-containers-handler.ts";

interface There {
  readonly containers: readonly string[];
  readonly volumes?: readonly string[];
  /** Keys of shards whose volume has another name than the planned one. */
  readonly shards?: readonly string[];
}

const asked: (readonly string[])[] = [];
const handlerWhere = ({ containers, volumes = [], shards = [] }: There) =>
  goneContainersHandlerWith({
    inspectAll: async (names) => {
      asked.push(names);
      return new Map(names.filter((name) => containers.includes(name)).map((name) => [name, {}]));
    },
    volumeNames: async () => [...volumes],
    dataVolumesOf: async () => shards.map((shard) => ({ name: `of-${shard}`, shard, mysqlVersion: "9" })),
  });

async function checked(
  there: There,
  news: { readonly containers: readonly string[]; readonly volumes?: Readonly<Record<string, HeldVolume>> },
  olds: Record<string, unknown>,
) {
  const warned: string[] = [];
  const inputs = { stack: "cdc-dev", volumes: {}, ...news };
  const answer = await handlerWhere(there).check?.(inputs, olds, false, (text) => warned.push(text));
  return { times: answer?.inputs?.["times"] as unknown, warned };
}

describe("a container is counted", () => {
  test.each([
    ["not when the stack is new", [], ["a", "b"], {}, {}],
    ["not while it is there", ["a", "b"], ["a", "b"], { containers: ["a", "b"], times: {} }, {}],
    ["when it was planned and is gone", ["a"], ["a", "b"], { containers: ["a", "b"], times: {} }, { b: 1 }],
    ["once more when it is gone again", [], ["b"], { containers: ["b"], times: { b: 4 } }, { b: 5 }],
    ["as before while it is there", ["b"], ["b"], { containers: ["b"], times: { b: 4 } }, { b: 4 }],
    ["not when it is new to the plan", ["a"], ["a", "c"], { containers: ["a"], times: {} }, {}],
    ["no longer when the plan has it no more", [], ["a"], { containers: ["a", "b"], times: { b: 2 } }, { a: 1 }],
  ] as const)("%s", async (_, there, containers, olds, times) => {
    expect(await checked({ containers: there }, { containers }, olds)).toEqual({ times, warned: [] });
  });

  test("and only that is a change: another list of containers is none", async () => {
    const handler = handlerWhere({ containers: [] });
    const olds = { containers: ["a"], times: {} };
    expect(await handler.diff("x", olds, { containers: ["a", "b"], times: {} }, () => {})).toEqual({ changes: false });
    expect(await handler.diff("x", olds, { containers: ["a"], times: { a: 1 } }, () => {})).toEqual({ changes: true });
  });

  test("by one question for all of them", async () => {
    asked.length = 0;
    await checked({ containers: ["a"] }, { containers: ["a", "b", "c"] }, { containers: ["a", "b", "c"], times: {} });
    expect(asked).toEqual([["a", "b", "c"]]);
  });
});

describe("a container that holds something", () => {
  const volumes = {
    db: { volume: "db-data", shard: "shard0" },
    engine: { volume: "kept", isFilledAgain: true },
  } as const;
  const containers = ["db", "engine"];
  const olds = { containers, times: {} };

  test.each<[string, There]>([
    ["its volume is there", { containers: [], volumes: ["db-data", "kept"] }],
    ["its shard's is there under a former name", { containers: [], volumes: ["kept"], shards: ["shard0"] }],
    ["one is there of a release that wrote no shard", { containers: [], volumes: ["kept"], shards: ["db"] }],
  ])("is counted while %s", async (_, there) => {
    expect(await checked(there, { containers, volumes }, olds)).toEqual({ times: { db: 1, engine: 1 }, warned: [] });
  });

  test("is not counted when its volume is gone too: what is lost and what to do are told instead", async () => {
    const { times, warned } = await checked({ containers: [], volumes: [] }, { containers, volumes }, olds);
    expect(times).toEqual({});
    expect(warned).toEqual([
      expect.stringMatching(/^container db is gone, and so is its volume db-data.*\n.*: make down, then make up/),
      expect.stringMatching(/^container engine is gone, and so is its volume kept.*\n.*: pulumi up --refresh/),
    ]);
  });
});
