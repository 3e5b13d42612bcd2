import { describe, expect, it } from "vitest";
import { name, Simulation, type Weather } from "./simulation.ts";

const trace = `org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: java.net.ConnectException: Connection refused
\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)
\t... 5 more`;
const failing: Weather = { task: "FAILED", trace };
const away = "MySQL at mysql-3308:3306 does not answer (ECONNREFUSED)";

describe("a failed connector", () => {
  it("is restarted at once, then with the pauses, and given up after the last", () => {
    const guard = new Simulation();
    guard.run(10);
    guard.run(600, failing);
    expect(guard.restarts).toEqual([15, 135, 495]);
    expect(guard.conditions).toEqual(["healthy", "failed", "gave-up"]);
    expect(guard.lines).toEqual([
      "watched",
      "task 0 FAILED (java.net.ConnectException: Connection refused); restart 1 of 3 now (the next, if need be, in 120 s)",
      "restart 2 of 3 now (the next, if need be, in 360 s)",
      "restart 3 of 3 now (the last one)",
      "GAVE UP after 3 restarts: task 0 FAILED (java.net.ConnectException: Connection refused); " +
        `mend the cause, then restart it: cdc restart ${name}`,
    ]);
    expect(guard.moments.flatMap(({ levels }) => levels)).toEqual(["INFO", "WARN", "WARN", "WARN", "ERROR"]);
  });

  it("is healthy again when a person has mended what it was given up for", () => {
    const guard = new Simulation();
    guard.run(600, failing);
    expect(guard.check({})).toMatchObject({
      watched: { condition: "healthy" },
      lines: [expect.stringMatching(/^healthy again, was given up for \d+ s$/)],
    });
  });

  it("only has its failed parts restarted", () => {
    expect(new Simulation().check(failing).actions).toEqual(["restart-failed"]);
  });

  it("is restarted when the connector itself has failed", () => {
    const { actions, lines } = new Simulation().check({ connector: "FAILED", task: undefined });
    expect(actions).toEqual(["restart-failed"]);
    expect(lines[0]).toMatch(/^connector FAILED; restart 1 of 3 now/);
  });

  it("says every hour that it was given up, and restarts nothing more", () => {
    const guard = new Simulation();
    guard.run(4 * 3600, failing);
    expect(guard.restarts).toHaveLength(3);
    expect(guard.lines.filter((line) => line.startsWith("GAVE UP"))).toHaveLength(4);
  });

  it("counts as healthy again with its first heartbeat, not with the word RUNNING", () => {
    const guard = new Simulation();
    guard.run(10);
    guard.check(failing);
    expect(guard.run(10, { beats: false }).map(({ watched }) => watched.condition)).toEqual(["failed", "failed"]);
    expect(guard.check({})).toMatchObject({
      watched: { condition: "healthy" },
      lines: ["healthy again, was failed for 15 s"],
    });
  });

  it("is restarted at once again after it was steady for a minute, and for the last pause", () => {
    const guard = new Simulation();
    guard.check(failing);
    guard.run(70);
    expect(guard.lines).toContain("steady again: the next failure would be answered at once");
    expect(guard.check(failing).watched.restarts).toBe(1);
    guard.run(120, failing);
    expect(guard.memory.connectors[name]?.restarts).toBe(2);
    guard.run(100);
    expect(guard.memory.connectors[name]?.restarts).toBe(2);
    guard.run(30);
    expect(guard.memory.connectors[name]?.restarts).toBe(0);
  });

  it("keeps its pauses when it fails again too soon", () => {
    const guard = new Simulation();
    guard.run(5, failing);
    guard.run(30);
    guard.run(200, failing);
    expect(guard.restarts).toEqual([5, 125]);
  });

  it("is not restarted twice, nor given up, for what the worker may still tell of the state before", () => {
    const guard = new Simulation({ ...new Simulation().settings, restartAfterSeconds: [0, 0] });
    guard.run(60, failing);
    expect(guard.restarts).toEqual([5, 15]);
    expect(guard.moments.find(({ watched }) => watched.condition === "gave-up")?.at).toBe(25);
  });

  it("has the whole bound to show a heartbeat once it runs", () => {
    const guard = new Simulation();
    guard.run(100, failing);
    guard.run(25, { beats: false, moves: false });
    expect(guard.conditions).toEqual(["failed"]);
  });

  it("does not take the first sight of its heartbeats' topic for a heartbeat", () => {
    const guard = new Simulation();
    guard.check({ ...failing, brokerAway: true });
    expect(guard.check({ beats: false }).watched.condition).toBe("failed");
  });

  it("is restarted at once when a person paused and resumed it meanwhile", () => {
    const guard = new Simulation();
    guard.run(10, failing);
    guard.check({ connector: "PAUSED" });
    guard.check(failing);
    expect(guard.restarts).toEqual([5, 20]);
  });

  it("waits for its database without spending restarts, and is restarted as soon as that answers", () => {
    const guard = new Simulation();
    guard.run(10);
    guard.run(3600, { ...failing, obstacle: away });
    expect(guard.restarts).toEqual([]);
    expect(guard.lines.slice(1)).toEqual([
      `waiting, restarted as soon as it answers: ${away}; task 0 FAILED (java.net.ConnectException: Connection refused)`,
    ]);
    expect(guard.check(failing).actions).toEqual(["restart-failed"]);
  });

  it("is tried anew when its database was away after giving up", () => {
    const guard = new Simulation();
    guard.run(1000, failing);
    expect(guard.conditions.at(-1)).toBe("gave-up");
    guard.run(10, { ...failing, obstacle: away });
    expect(guard.check(failing).actions).toEqual(["restart-failed"]);
  });
});

describe("a silent connector that says RUNNING", () => {
  const silent: Weather = { beats: false, moves: false };

  it("is reported within the bound and two checks, and restarted as a whole", () => {
    const guard = new Simulation();
    guard.run(10);
    const moments = guard.run(60, silent);
    const stalled = moments.find(({ watched }) => watched.condition === "stalled");
    expect(stalled?.at).toBeLessThanOrEqual(10 + 30 + 10);
    expect(stalled?.actions).toEqual(["restart"]);
    expect(stalled?.lines[0]).toBe(
      "STALLED: RUNNING, but no heartbeat since 2026-11-21T10:00:10.000Z; " +
        "restart 1 of 3 now (the next, if need be, in 120 s)",
    );
  });

  it("has the whole bound after a restart, and stays stalled until a heartbeat arrives", () => {
    const guard = new Simulation({ ...new Simulation().settings, restartAfterSeconds: [0, 0, 0] });
    guard.run(10);
    guard.run(300, silent);
    expect(guard.restarts).toHaveLength(3);
    for (const [i, at] of guard.restarts.entries()) {
      if (i > 0) expect(at - guard.restarts[i - 1]!).toBeGreaterThanOrEqual(30);
    }
    expect(guard.conditions).toEqual(["healthy", "stalled", "gave-up"]);
    expect(guard.check({}).watched.condition).toBe("healthy");
  });

  it("is not stalled while its offset moves: it is catching up", () => {
    const guard = new Simulation();
    guard.run(10);
    guard.run(3600, { beats: false, moves: true });
    expect(guard.conditions).toEqual(["healthy"]);
    expect(guard.restarts).toEqual([]);
    expect(guard.lines).toEqual(["watched", "catching up: no heartbeat since 2026-11-21T10:00:10.000Z"]);
    guard.run(60, silent);
    expect(guard.conditions).toEqual(["healthy", "stalled"]);
  });

  it("is no longer stalled when its offset moves twice in a row", () => {
    const guard = new Simulation();
    guard.run(10);
    guard.run(100, silent);
    expect(guard.conditions.at(-1)).toBe("stalled");
    guard.run(15, { beats: false, moves: true });
    expect(guard.conditions.at(-1)).toBe("stalled");
    guard.run(15, { beats: false, moves: true });
    expect(guard.conditions.at(-1)).toBe("healthy");
  });

  it("is left to its snapshot, which a restart would begin anew", () => {
    const guard = new Simulation();
    guard.run(3600, { beats: false, moves: false, snapshot: true });
    expect(guard.conditions).toEqual(["healthy", "snapshotting"]);
    expect(guard.restarts).toEqual([]);
    expect(guard.check({}).watched.condition).toBe("healthy");
  });

  it("is reported with its database", () => {
    const guard = new Simulation();
    guard.run(10);
    guard.run(600, { ...silent, obstacle: away });
    expect(guard.conditions).toEqual(["healthy", "stalled"]);
    expect(guard.lines[1]).toBe(`STALLED: RUNNING, but no heartbeat since 2026-11-21T10:00:10.000Z; ${away}`);
    expect(guard.check({}).lines).toEqual(["healthy again, was stalled for 575 s"]);
  });

  it.each([600, 605, 610])("is not restarted while its database is away for %s s; then it has the bound", (time) => {
    const guard = new Simulation();
    guard.run(10);
    guard.run(time, { ...silent, obstacle: away });
    guard.run(25, silent);
    expect(guard.restarts).toEqual([]);
    expect(guard.memory.connectors[name]?.reason).toBe("RUNNING, but no heartbeat since 2026-11-21T10:00:10.000Z");
    guard.run(15, silent);
    expect(guard.restarts).toHaveLength(1);
    expect(guard.conditions).toEqual(["healthy", "stalled"]);
  });

  it("begins its pauses anew when its database was away", () => {
    const guard = new Simulation();
    guard.run(10);
    guard.run(60, silent);
    guard.run(5, { ...silent, obstacle: away });
    guard.run(40, silent);
    expect(guard.moments.filter(({ actions }) => actions.length > 0).map(({ watched }) => watched.restarts)).toEqual([
      1, 1,
    ]);
  });

  it("is not taken to be catching up for the one move that finding its database again makes", () => {
    const guard = new Simulation();
    guard.run(10);
    guard.run(60, { ...silent, obstacle: away });
    guard.run(20, silent);
    guard.check({ beats: false, moves: true });
    guard.run(60, silent);
    expect(guard.conditions).toEqual(["healthy", "stalled"]);
    expect(guard.restarts).toHaveLength(1);
  });

  it.each<[string, Weather]>([
    ["without a task", { task: undefined }],
    ["whose task is UNASSIGNED", { task: "UNASSIGNED" }],
    ["without heartbeats whose task is UNASSIGNED", { task: "UNASSIGNED", unwatched: true }],
  ])("%s is stalled too", (_, weather) => {
    const guard = new Simulation();
    guard.run(10, weather.unwatched === true ? { unwatched: true } : {});
    guard.run(60, weather);
    expect(guard.conditions).toEqual(["healthy", "stalled"]);
    expect(guard.restarts).toHaveLength(1);
  });
});

describe("a connector that is left alone", () => {
  it.each(["PAUSED", "STOPPED"] as const)("%s: by a person's wish", (state) => {
    const guard = new Simulation();
    guard.run(10);
    guard.run(3600, { connector: state, task: "FAILED" });
    expect(guard.restarts).toEqual([]);
    expect(guard.conditions).toEqual(["healthy", state.toLowerCase()]);
    expect(guard.lines).toEqual(["watched", `${state.toLowerCase()}, left alone`]);
    expect(guard.run(20, { beats: false, moves: false }).map(({ watched }) => watched.condition)).toEqual(
      Array.from({ length: 4 }, () => "healthy"),
    );
    expect(guard.lines.slice(2)).toEqual([`watched again, was ${state.toLowerCase()} for 3600 s`]);
  });

  it("has no heartbeats: watched by its state alone, which is said once", () => {
    const guard = new Simulation();
    guard.run(600, { unwatched: true });
    expect(guard.conditions).toEqual(["healthy"]);
    expect(guard.lines).toEqual([
      "heartbeats are not watched: it has no heartbeat.action.query; a silent stall would go unnoticed",
      "watched by its state alone",
    ]);
  });

  it("is quiet while nobody could look: broker away, worker away or machine asleep", () => {
    const guard = new Simulation();
    const silent: Weather = { beats: false, moves: false };
    guard.run(10);
    guard.run(600, { ...silent, brokerAway: true });
    guard.run(20, silent);
    guard.sleep(3600);
    guard.run(20, silent);
    expect(guard.conditions).toEqual(["healthy"]);
  });
});

it("forgets a connector that is no longer listed", () => {
  const guard = new Simulation();
  guard.check(failing);
  const { memory, lines } = guard.nothingListed();
  expect(memory.connectors).toEqual({});
  expect(lines).toEqual([{ level: "WARN", text: `${name}: no longer on the worker` }]);
});

describe("a sink, which sends no heartbeats", () => {
  it("is restarted when it has failed, with the same pauses, and is healthy with the word RUNNING", () => {
    const guard = new Simulation();
    guard.run(10, { sink: true });
    guard.run(600, { ...failing, sink: true });
    expect(guard.restarts).toEqual([15, 135, 495]);
    expect(guard.check({ sink: true })).toMatchObject({
      watched: { condition: "healthy" },
      lines: [expect.stringMatching(/^healthy again, was given up for/)],
    });
    expect(guard.lines.join()).not.toContain("heartbeat");
  });

  it("is not restarted while the broker is away", () => {
    const guard = new Simulation();
    guard.run(600, { ...failing, sink: true, obstacle: "no answer from Kafka at kafka:29092" });
    expect(guard.conditions).toEqual(["waiting"]);
    expect(guard.restarts).toEqual([]);
  });

  it.each<[string, Weather]>([
    ["silent", {}],
    ["without a task", { task: undefined }],
    ["not assigned to a worker yet", { task: "UNASSIGNED" }],
    ["paused", { connector: "PAUSED", task: "PAUSED" }],
  ])("is left alone when it is %s", (_what, weather) => {
    const guard = new Simulation();
    guard.run(600, { ...weather, sink: true });
    expect(guard.restarts).toEqual([]);
    expect(guard.conditions).not.toContain("stalled");
  });
});
