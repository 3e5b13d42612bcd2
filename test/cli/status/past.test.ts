/** What `cdc status --watch` draws of the past. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { judge } from "../../../cli/status/judge.ts";
import { pointOf, pointsOf, renderPast, Watch, type PastPoint } from "../../../cli/status/past.ts";
import { showsBlocks, sparkline } from "../../../cli/status/sparkline.ts";
import type { MonitoredGuardPlan, PipelinePlan } from "../../../plan/types.ts";
import { planWith } from "../../support/config.ts";
import { atMs, news, plan, wellObserved, withShard } from "./observed.ts";

describe("a line of blocks", () => {
  test.each<[string, readonly (number | undefined)[], number, number, string]>([
    ["nothing", [], 10, 15, ""],
    ["none behind", [0, 0, 0], 10, 15, "▁▁▁"],
    ["every height", [0, 1, 2, 3, 4, 5, 6, 7], 10, 8, "▁▂▃▄▅▆▇█"],
    ["the top and beyond", [8, 9, 100], 10, 8, "███"],
    ["less than nothing, as by two clocks", [-1], 10, 8, "▁"],
    ["what is not known", [0, undefined, 8], 10, 8, "▁ █"],
    ["more than there is room for: the worst of each part", [0, 8, 0, 0, undefined, undefined], 3, 8, "█▁ "],
    ["parts that are not alike", [8, 0, 0, 0, 8], 2, 8, "██"],
  ])("%s", (_, values, width, top, line) => {
    expect(sparkline(values, width, top)).toBe(line);
  });

  test.each<[NodeJS.ProcessEnv, boolean]>([
    [{ LANG: "C.UTF-8" }, true],
    [{ LANG: "ko_KR.utf8", TERM: "xterm" }, true],
    [{ LANG: "C.UTF-8", LC_ALL: "C" }, false],
    [{ LANG: "C", LC_CTYPE: "en_GB.UTF-8" }, true],
    [{ LANG: "C.UTF-8", TERM: "dumb" }, false],
    [{}, false],
  ])("a terminal of %j: %s", (env, shows) => {
    expect(showsBlocks(env)).toBe(shows);
  });
});

const at = (minutes: number, behind: Readonly<Record<string, number>>): PastPoint => ({
  atMs: atMs + minutes * 60_000,
  behind: new Map(Object.entries(behind)),
});

describe("the past", () => {
  const points = [
    at(0, { a: 3, "sink-b": 0 }),
    at(1, { a: 60, "sink-b": 0 }),
    at(2, { a: 3 }),
    at(3, { a: 2, "sink-b": 0 }),
  ];

  test("as a terminal shows it: a line for each connector, its worst, and who saw it", () => {
    expect(renderPast({ points, isGuards: true }, ["a", "sink-b", "c"], 80)).toBe(
      [
        "CONNECTOR  LAG OF THE LAST 3 min  AT MOST",
        "a          ▁█▁▁│                  60 s",
        "sink-b     ▁▁ ▁│                  0 ms",
        "c              │                  -",
        "as the guard saw it",
      ].join("\n"),
    );
    expect(renderPast({ points, isGuards: false }, ["a"], 80)).toContain("as this watch saw it");
  });

  test.each<[string, readonly PastPoint[], number]>([
    ["nothing was seen", [], 80],
    ["one point is no line", points.slice(0, 1), 80],
    ["a terminal has no room", points, 30],
  ])("%s: nothing is drawn", (_, seen, columns) => {
    expect(renderPast({ points: seen, isGuards: true }, ["a"], columns)).toBeUndefined();
  });

  test("what is older than a quarter of an hour is left out", () => {
    expect(renderPast({ points: [at(-20, { a: 900 }), ...points], isGuards: true }, ["a"], 80)).toContain("LAST 3 min");
  });

  test("a look has the age of heartbeats and the wait of the sink; what is not known is left out", () => {
    const seen = pointOf(judge(plan, withShard(wellObserved(), 0, { news: { error: "away" } })));
    expect(seen.atMs).toBe(atMs);
    expect([...seen.behind.keys()]).toEqual(["inventory-connector-1", "inventory-connector-2", "read-side-sink"]);
    const late = pointOf(judge(plan, withShard(wellObserved(), 0, { news: news(95) })));
    expect(late.behind.get("inventory-connector-0")).toBeCloseTo(95, 0);
  });

  test("is the watch's own where the guard serves none, and grows with each look", async () => {
    const watch = new Watch();
    const status = judge(plan, wellObserved());
    expect((await watch.after(plan, status)).points).toHaveLength(1);
    expect(await watch.after(plan, status)).toMatchObject({ isGuards: false, points: [{ atMs }, { atMs }] });
  });

  test.each<[string, number, string, boolean]>([
    ["answers", 200, JSON.stringify({ times: [1, 2], connectors: { a: { behind: [3, null] } } }), true],
    ["remembers nothing yet", 200, JSON.stringify({ times: [], connectors: {} }), false],
    ["refuses", 403, "", false],
    ["answers no JSON", 200, "<html>", false],
  ])("is the guard's where it serves it; it %s", async (_, status, body, isGuards) => {
    const server = createServer((_request, response) => response.writeHead(status).end(body)).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const monitored = planWith({ monitoring: { enabled: true } });
    const guard = monitored.guard as MonitoredGuardPlan;
    const serving: PipelinePlan = {
      ...monitored,
      guard: { ...guard, endpoints: { inNetwork: { url }, fromHost: { url } } },
    };
    const found = await new Watch().after(serving, judge(plan, wellObserved()));
    server.close();
    expect(found.isGuards).toBe(isGuards);
    if (isGuards) expect(found.points).toEqual(pointsOf({ times: [1, 2], connectors: { a: { behind: [3, null] } } }));
  });
});
