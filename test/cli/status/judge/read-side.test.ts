/** The sink, the search engine and its indices. */
import { describe, expect, test } from "vitest";
import { judge } from "../../../../cli/status/judge.ts";
import type { Observation } from "../../../../cli/status/observation.ts";
import { task } from "../../../support/fake-worker.ts";
import {
  messagesOf,
  plan,
  stopped,
  well,
  wellObserved,
  lagOf,
  withContainer,
  withDeadLetters,
  withReadSide,
  withSink,
} from "../observed.ts";

describe("the read side", () => {
  test("has its figures", () => {
    const seen = withReadSide(well, { lag: { value: [lagOf(3, 2), lagOf(4)] } });
    expect(judge(plan, seen).readSide).toEqual({
      sink: {
        connector: "read-side-sink",
        state: "RUNNING",
        tasks: ["RUNNING"],
        lagRecords: 7,
        lagMs: 2000,
        isLagExact: true,
      },
      deadLetters: 0,
      engine: "green",
      indices: [
        { alias: "products-products", table: "products.products", documents: 24 },
        { alias: "products-stock", table: "products.stock", documents: 24 },
      ],
    });
  });

  test.each<[string, Observation, string | RegExp]>([
    ["a sink that is gone", withSink(well, undefined), "read side: connector read-side-sink is not on the worker"],
    [
      "a sink whose task failed",
      withSink(well, { tasks: [task("RUNNING"), { ...task("FAILED", "java.lang.X: it broke"), id: 1 }] }),
      "read side: task 1 of read-side-sink has FAILED: java.lang.X: it broke",
    ],
    [
      "a sink that rests",
      withSink(well, { state: "PAUSED", tasks: [task("PAUSED")] }),
      "read side: connector read-side-sink is PAUSED, and declared running",
    ],
    [
      "a sink without a task",
      withSink(well, { tasks: [] }),
      "read side: read-side-sink: connector RUNNING, tasks none",
    ],
    [
      "a sink that is configured otherwise",
      withSink(well, { config: { "tasks.max": "7" } }),
      'read side: the configuration of read-side-sink is not the plan\'s: tasks.max is "7", declared "1"',
    ],
    [
      "an engine that does not answer",
      withReadSide(well, { engine: { error: "the search engine is out of reach" } }),
      "opensearch: the search engine is out of reach",
    ],
    [
      "an engine that lost data",
      withReadSide(well, {
        engine: {
          value: {
            status: "red",
            documents: new Map([
              ["products-products", 1],
              ["products-stock", 1],
            ]),
          },
        },
      }),
      /^read side: the index is not healthy: the search engine's health is red/,
    ],
    [
      "an index that is gone",
      withReadSide(well, { engine: { value: { status: "green", documents: new Map([["products-products", 1]]) } } }),
      "read side: the index is not healthy: there is no index products-stock for products.stock",
    ],
    [
      "a dead letter: it waits for a person",
      withDeadLetters(well, 1),
      "read side: 1 dead letter in dlq.read-side: what the sink could not take",
    ],
    [
      "a lag that cannot be told",
      withReadSide(well, { lag: { error: "no group" } }),
      "read side: how far the sink is behind is not known: no group",
    ],
  ])("%s is one problem", (_, seen, expected) => {
    expect(messagesOf(seen)).toEqual([expected instanceof RegExp ? expect.stringMatching(expected) : expected]);
  });

  test("an engine whose container is down is told by the container alone", () => {
    const { readSide } = plan;
    const container = readSide?.engine?.container ?? "";
    const seen = withReadSide(withContainer(well, container, stopped), { engine: { error: "ECONNREFUSED" } });
    expect(messagesOf(seen)).toEqual([`opensearch: container ${container} is exited (Exited (0) 5 seconds ago)`]);
  });

  test("a plan without one has no figures and no problem", () => {
    const without = { ...plan, readSide: undefined };
    expect(judge(without, wellObserved(without))).toMatchObject({ healthy: true, readSide: null });
  });
});
