/** What the plan owns of a free configuration: another value is refused, and named; the same one is taken. */
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../lib/problem.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { planWith } from "../support/config.ts";

type Properties = Readonly<Record<string, string>>;
type Kind = readonly [
  path: string,
  write: (properties: Properties) => Record<string, unknown>,
  own: (plan: PipelinePlan) => Properties | undefined,
];

const readSide = { enabled: true };
const kinds: readonly Kind[] = [
  ["cdc:kafka.properties", (properties) => ({ kafka: { properties } }), ({ kafka }) => kafka.brokers[0]?.own],
  ["cdc:connect.properties", (properties) => ({ connect: { properties } }), ({ connect }) => connect.workers[0]?.own],
  [
    "cdc:connectors.properties",
    (properties) => ({ connectors: { properties } }),
    ({ shards }) => shards[0]?.connector.own,
  ],
  [
    "cdc:shards[0].connectorProperties",
    (connectorProperties) => ({ shards: [{ name: "shard0", port: 3308, connectorProperties }] }),
    ({ shards }) => shards[0]?.connector.own,
  ],
  [
    "cdc:readSide.sink.properties",
    (properties) => ({ readSide: { ...readSide, sink: { properties } } }),
    (plan) => plan.readSide?.sink.own,
  ],
];

function problemsOf(fields: Record<string, unknown>): ProblemError["problems"] {
  try {
    planWith({ readSide, ...fields });
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems;
  }
}

describe.each(kinds)("%s", (path, write, own) => {
  const planned = Object.entries(own(planWith({ readSide })) ?? {});

  test("another value than the planned one is refused, and the planned one is named", () => {
    expect(planned.length).toBeGreaterThan(9);
    for (const [key, value] of planned) {
      const found = problemsOf(write({ [key]: "another" }));
      expect(found).toContainEqual(
        expect.objectContaining({
          code: "CDC-302",
          path: `${path}.${key}`,
          message: `found ${key === "database.password" ? "a secret" : "another"}, but the plan sets it to ${value}`,
        }),
      );
    }
  });

  test("the planned values, written out, change nothing", () => {
    // Of a transform of our own sink nobody else has the class.
    const written = Object.fromEntries(planned.filter(([key]) => !key.startsWith("transforms.truncates.")));
    expect(problemsOf(write(written))).toEqual([]);
    expect(own(planWith({ readSide, ...write(written) }))).toEqual(Object.fromEntries(planned));
  });
});

test("a port is taken by what is planned, and by nothing else", () => {
  const page = { port: 9092 };
  expect(problemsOf({ readSide: { ...readSide, page } })).toMatchObject([
    { code: "CDC-202", path: "cdc:readSide.page.port" },
  ]);
  // Of another sink's documents there is no search page.
  const sink = { class: "org.example.Sink", plugin: { archive: "a.tgz", sha256: "0".repeat(64) } };
  expect(problemsOf({ readSide: { ...readSide, page, sink } })).toEqual([]);
});
