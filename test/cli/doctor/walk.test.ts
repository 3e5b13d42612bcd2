import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../lib/run.ts";
import { broken, firstBroken, walk, well, type Check, type Outcome } from "../../../cli/doctor/walk.ts";
import { render } from "../../../cli/doctor/render.ts";

function check(id: string, needs: readonly string[], run: () => Outcome | Promise<Outcome>): Check {
  return { id, section: "section", title: id, needs, run: async () => await run() };
}

const isWell = () => well("as it should be");
const isBroken = () => broken("not as it should be", "mend it");

describe("walking", () => {
  test("what needs something broken is not reached, what does not is", async () => {
    const asked: string[] = [];
    const noting = (id: string, needs: readonly string[], outcome: () => Outcome) =>
      check(id, needs, () => {
        asked.push(id);
        return outcome();
      });
    const results = await walk([
      noting("a", [], isWell),
      noting("b", ["a"], isBroken),
      noting("c", ["b"], isWell),
      noting("d", ["c"], isWell),
      noting("e", ["a"], isWell),
    ]);
    expect(results.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      "a well",
      "b broken",
      "c not-reached",
      "d not-reached",
      "e well",
    ]);
    expect(asked.toSorted()).toEqual(["a", "b", "e"]);
    expect(results[3]?.found).toBe("not reached: c is not well");
  });

  test("the first broken one is the first of the list, whichever answers first", async () => {
    const slow = check("slow", [], async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return isBroken();
    });
    const first = firstBroken(await walk([slow, check("fast", [], isBroken)]));
    expect(first?.id).toBe("slow");
  });

  test.each([
    [new UserError("no answer", "start it"), "no answer", "start it"],
    [new Error("ECONNREFUSED"), "ECONNREFUSED", "cdc status and cdc logs may tell more"],
  ])("an error counts as broken: %s", async (error, found, remedy) => {
    const results = await walk([check("a", [], () => Promise.reject(error))]);
    expect(results).toMatchObject([{ verdict: "broken", found, remedy }]);
  });

  test("a check that needs a later or an unknown one is a mistake", async () => {
    await expect(walk([check("a", ["b"], isWell), check("b", [], isWell)])).rejects.toThrow("check a needs b");
  });

  test("nothing broken is said to be well, and nothing behind a broken link is", async () => {
    const graph = fc.array(fc.record({ needs: fc.array(fc.nat(), { maxLength: 3 }), ok: fc.boolean() }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(graph, async (nodes) => {
        const checks = nodes.map(({ needs, ok }, index) =>
          check(
            String(index),
            index === 0 ? [] : [...new Set(needs.map((need) => String(need % index)))],
            ok ? isWell : isBroken,
          ),
        );
        const results = await walk(checks);
        const verdicts = new Map(results.map(({ id, verdict }) => [id, verdict]));
        checks.forEach(({ id, needs }, index) => {
          const reached = needs.every((need) => verdicts.get(need) === "well");
          expect(verdicts.get(id)).toBe(reached ? (nodes[index]?.ok === true ? "well" : "broken") : "not-reached");
        });
      }),
    );
  });
});

describe("what is printed", () => {
  test("names the first broken link, its remedy, and how many come after it", async () => {
    const results = await walk([
      check("a", [], isWell),
      check("bb", ["a"], () => broken("FAILED\n  java.io.EOFException", "mend it")),
      check("c", ["bb"], isWell),
      check("d", [], isBroken),
    ]);
    expect(render(results)).toBe(
      [
        "section",
        "  ✓ a   as it should be",
        "  ✗ bb  FAILED",
        "          java.io.EOFException",
        "  – c   not reached: bb is not well",
        "  ✗ d   not as it should be",
        "",
        "first broken link: section, bb: FAILED",
        "  java.io.EOFException",
        "  what to do: mend it",
        "  1 more after it may be its consequence: run cdc doctor again when it is mended",
      ].join("\n"),
    );
  });

  test("says when all is well", async () => {
    expect(render(await walk([check("a", [], isWell)]))).toMatch(/all 1 checks are well$/);
  });
});
