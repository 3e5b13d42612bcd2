/** What the guard makes of a place that is lost, of one that cannot be judged, and of causes that no restart heals. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LossWords } from "../../../clients/debezium/history/words.ts";
import type { SeenHistory } from "../../../apps/guard/observation.ts";
import { begun, Simulation, settings, type Weather } from "./simulation.ts";

const loss: LossWords = { code: "CDC-852", found: "its place is lost", remedy: "begin anew" };
const at = (pos: number) => [{ partition: {}, offset: { file: "f", pos } }];
const fine: SeenHistory = { offsets: at(1), begun, loss: undefined, lossBefore: undefined };
const lost: SeenHistory = { offsets: at(1), begun, loss, lossBefore: undefined };
const movedOn: SeenHistory = { offsets: at(9), begun, loss: undefined, lossBefore: loss };
const trace = (name: string) =>
  readFileSync(join(import.meta.dirname, "..", "..", "clients", "connect", "traces", `${name}.txt`), "utf8");
const failing: Weather = { task: "FAILED", trace: "java.io.EOFException: Failed to read next byte" };

describe("a lost place", () => {
  test("is said once and every hour, and its connector stopped, not restarted", () => {
    const guard = new Simulation();
    guard.check({ history: fine });
    const [moment] = guard.run(5, { ...failing, history: lost });
    expect(moment).toMatchObject({ actions: ["stop"], watched: { condition: "lost", restarts: 0 } });
    expect(moment?.lines).toEqual(["LOST: CDC-852: its place is lost; what to do: begin anew"]);
    guard.run(7200, { connector: "STOPPED", task: undefined, history: lost });
    expect(guard.lines.filter((line) => line.startsWith("LOST"))).toHaveLength(3);
    expect(guard.restarts).toHaveLength(1);
  });

  test("of a connector that rests is said too, and it goes on resting", () => {
    const guard = new Simulation();
    const moments = guard.run(60, { connector: "PAUSED", task: "PAUSED", history: lost });
    expect(moments.flatMap(({ actions }) => actions)).toEqual([]);
    expect(guard.conditions).toEqual(["lost"]);
  });

  test("somebody lets run is stopped again at the next look", () => {
    const guard = new Simulation();
    guard.run(60, { connector: "STOPPED", task: undefined, history: lost });
    expect(guard.check({ history: lost }).actions).toEqual(["stop"]);
  });

  test("that the connector has gone on from is put back, until it is there again", () => {
    const guard = new Simulation();
    guard.check({ history: fine });
    guard.run(settings.stallSeconds, { history: movedOn });
    expect(guard.moments.at(-1)).toMatchObject({ actions: ["stop"] });
    expect(guard.memory.connectors["inventory-connector-0"]?.history).toMatchObject({
      hasMovedOn: true,
      offsets: at(1),
    });
    const rests: Weather = { connector: "STOPPED", task: undefined };
    expect(guard.check({ ...rests, history: movedOn }).actions).toEqual(["stop"]);
    expect(guard.check({ ...rests, history: lost }).actions).toEqual([]);
  });

  test.each([10, 15, 20, 25, 30])(
    "is found before a stalled connector is restarted, whenever its heartbeats stopped (after %d s)",
    (seconds) => {
      const guard = new Simulation();
      guard.run(seconds, { history: fine });
      const quiet: Weather = { beats: false, moves: false };
      // The place is compared at 5 s and at 35 s; then the server is another one.
      guard.run(35 - seconds, { ...quiet, history: fine });
      guard.run(60, { ...quiet, history: movedOn });
      expect(guard.moments.find(({ actions }) => actions.length > 0)).toMatchObject({ actions: ["stop"] });
    },
  );

  test("is past once the connector has another one", () => {
    const guard = new Simulation();
    guard.run(60, { connector: "STOPPED", task: undefined, history: lost });
    expect(guard.check({ history: { ...fine, offsets: [], begun: { ...begun, historyStart: 7n } } })).toMatchObject({
      watched: { condition: "healthy" },
      actions: [],
      lines: [expect.stringMatching(/^healthy again, was lost for \d+ s$/)],
    });
  });

  test("is found before a restart, whenever that is due", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 60 }), (healthy, failed) => {
        const guard = new Simulation();
        guard.run(5 + healthy * 5, { history: fine });
        guard.run(failed * 5, { ...failing, history: fine });
        const before = guard.restarts.length;
        const moments = guard.run(600, { ...failing, history: lost });
        expect(new Set(moments.flatMap(({ actions }) => actions))).toEqual(new Set(["stop"]));
        expect(moments[0]?.watched.condition).toBe("lost");
        expect(guard.moments.slice(0, -moments.length).filter(({ actions }) => actions.length > 0)).toHaveLength(
          before,
        );
      }),
    );
  });
});

describe("a place that cannot be judged", () => {
  test("keeps a failed connector waiting", () => {
    const guard = new Simulation();
    guard.check({ history: fine });
    const [moment] = guard.run(300, { ...failing, history: { unknown: "no answer within 15 s" } });
    expect(guard.restarts).toEqual([]);
    expect(moment?.watched).toMatchObject({
      condition: "waiting",
      reason: expect.stringContaining("no answer within 15 s"),
    });
    expect(guard.check({ ...failing, history: fine }).actions).toEqual(["restart-failed"]);
  });

  test("as its account is refused, is restarted as ever: nothing streams then either", () => {
    const guard = new Simulation();
    const moments = guard.run(600, { ...failing, history: { unknown: "Access denied for user 'debezium'" } });
    expect(moments.flatMap(({ actions }) => actions)).toHaveLength(settings.restartAfterSeconds.length);
  });

  test("is no reason against a healthy one", () => {
    const guard = new Simulation();
    guard.run(300, { history: { unknown: "no answer within 15 s" } });
    expect(guard.conditions).toEqual(["healthy"]);
  });
});

describe("a cause that no restart heals", () => {
  const causes = [
    "no-longer-available",
    "reset-running",
    "missing-history",
    "without-gtids",
    "ddl",
    "keyless",
    "large",
  ];

  test.each(causes)("%s: no restart, said at once with what helps, and every hour", (name) => {
    const guard = new Simulation();
    guard.run(10);
    const [moment] = guard.run(3 * 3600, { task: "FAILED", trace: trace(name) });
    expect(guard.restarts).toEqual([]);
    expect(moment?.watched).toMatchObject({ condition: "lasting", restarts: 0, remedy: expect.stringMatching(/./) });
    expect(moment?.lines[0]).toMatch(/^NOT RESTARTED, as no restart heals it: task 0 FAILED \(.*; what to do: /s);
    expect(guard.lines.filter((line) => line.startsWith("NOT RESTARTED"))).toHaveLength(3);
  });

  test("is tried once more with each other configuration", () => {
    const guard = new Simulation();
    const bad: Weather = { task: "FAILED", trace: trace("keyless") };
    guard.run(60, bad);
    const moments = guard.run(60, { ...bad, config: '{"message.key.columns":"a"}' });
    expect(moments.flatMap(({ actions }) => actions)).toEqual(["restart-failed"]);
    expect(moments[0]?.actions).toEqual(["restart-failed"]);
  });

  test("is past with the first heartbeat", () => {
    const guard = new Simulation();
    guard.run(60, { task: "FAILED", trace: trace("large") });
    expect(guard.check({})).toMatchObject({ watched: { condition: "healthy", remedy: undefined } });
  });
});
