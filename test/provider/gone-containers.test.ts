/** cdc:index:GoneContainers, with the engine stood in for. */
import { describe, expect, test } from "vitest";
import type { SeenState } from "../../provider/container.ts";
import { goneContainersHandlerWith } from "../../provider/gone-containers-handler.ts";

const running: SeenState = { status: "running", startedAt: "", exitCode: 0, healthTest: [], restarts: 0 };
const handlerWhere = (there: readonly string[]) =>
  goneContainersHandlerWith(async (name) => (there.includes(name) ? running : undefined));
const checked = async (there: readonly string[], containers: readonly string[], olds: Record<string, unknown>) =>
  (await handlerWhere(there).check?.({ containers }, olds, false, () => {}))?.inputs as { times: object };

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
    expect((await checked(there, containers, olds)).times).toEqual(times);
  });

  test("and only that is a change: another list of containers is none", async () => {
    const handler = handlerWhere([]);
    const olds = { containers: ["a"], times: {} };
    expect(await handler.diff("x", olds, { containers: ["a", "b"], times: {} }, () => {})).toEqual({ changes: false });
    expect(await handler.diff("x", olds, { containers: ["a"], times: { a: 1 } }, () => {})).toEqual({ changes: true });
  });
});
