import { describe, expect, test } from "vitest";
import { historyOf, stateOf, type ConnectorState, type PageState } from "../../../../apps/guard/page/state.ts";
import type { Checked } from "../../../../apps/guard/loop.ts";
import type { Watched } from "../../../../apps/guard/memory.ts";
import type { Beside } from "../../../../apps/guard/beside/found.ts";
import { notStarted } from "../../../../clients/debezium/progress.ts";
import type { Told } from "../../../../clients/debezium/told.ts";
import type { Known } from "../../../../apps/guard/metrics/known.ts";
import type { ObservedConnector } from "../../../../apps/guard/observation.ts";
import { conditions } from "../../../../lib/guard-state.ts";
import {
  binlog,
  knownOf,
  now,
  settings,
  sinkFound,
  sinkName,
  source,
  told as toldBefore,
  watched,
} from "../metrics/fixture.ts";

const past = { since: now - 3_600_000, told: [] };
const told = (known: Known, at = now): PageState => stateOf(known, past, at, settings);
const own = (state: PageState, name = "shard0-connector"): ConnectorState =>
  state.connectors.find((connector) => connector.name === name)!;

/** Two shards, with other than the usual known of the first one's connector. */
function withFirst(remembered: Partial<Watched>, observed: Partial<ObservedConnector> = {}): Known {
  const { memory, seen } = knownOf(2).checked!;
  const first = { ...source("shard0-connector", "shard0"), ...observed };
  return knownOf(2, {
    memory: { ...memory, connectors: { ...memory.connectors, "shard0-connector": { ...watched, ...remembered } } },
    seen: { ...seen, connectors: { ...seen!.connectors, "shard0-connector": first } },
  });
}

test("of a pipeline that is well: every declared connector in the plan's order, with what is known of it", () => {
  const state = told(knownOf(2));
  expect(state).toMatchObject({
    now,
    since: past.since,
    checkedAt: now - 1000,
    isSilent: false,
    error: null,
    worker: "answers",
    broker: "answers",
    stack: "cdc-test",
    maxDelayMs: 60_000,
    topology: settings.page.topology,
  });
  expect(state.connectors.map(({ name }) => name)).toEqual(["shard0-connector", "shard1-connector", sinkName]);
  expect(own(state)).toEqual({
    name: "shard0-connector",
    kind: "source",
    shard: "shard0",
    isDeclared: true,
    rebuilds: null,
    state: "healthy",
    since: watched.since,
    reason: null,
    remedy: null,
    restarts: 0,
    nextRestartAt: null,
    heartbeatAgeMs: 3000,
    isServerAway: false,
    waiting: null,
    deadLetters: null,
    snapshot: null,
    binlog: { behindBytes: 300, lastsMs: 80_000_000, isPurgedSoon: false },
    reconciled: { at: now - 3_600_000, differences: 0, notCompared: 0 },
  });
  expect(own(state, sinkName)).toMatchObject({ kind: "sink", waiting: { records: 12, ms: 4500 }, deadLetters: 2 });
});

describe("what was asked beside the checks", () => {
  const asked = (changes: Partial<Beside>): Known => ({ ...knownOf(2), beside: { ...knownOf(2).beside!, ...changes } });
  const first = "shard0-connector";

  test("a snapshot that runs is told with how far it is", () => {
    const tables = new Map([
      ["a.b", { ...notStarted, rows: 40, result: "SUCCEEDED" }],
      ["a.c", { ...notStarted, rows: 1000 }],
    ]);
    const running: Told = { ...toldBefore, snapshot: { ...toldBefore.snapshot!, isOver: false, tables } };
    const state = told(asked({ told: new Map([[first, running]]) }));
    expect(own(state).snapshot).toEqual({ tables: 2, tablesRead: 1, rows: 1040 });
    expect(own(state, "shard1-connector")).toMatchObject({ snapshot: null, reconciled: null });
  });

  test("a place is about to be purged with less than a quarter of the server's time left", () => {
    const of = (hours: number) =>
      told(asked({ binlogs: new Map([[first, { ...binlog, lastsMs: hours * 3_600_000 }]]) }));
    expect(own(of(5.9)).binlog).toMatchObject({ isPurgedSoon: true });
    expect(own(of(6)).binlog).toMatchObject({ isPurgedSoon: false });
    const forEver = { ...binlog, lastsMs: undefined, keptSeconds: undefined };
    expect(own(told(asked({ binlogs: new Map([[first, forEver]]) }))).binlog).toEqual({
      behindBytes: 300,
      lastsMs: null,
      isPurgedSoon: false,
    });
  });

  test.each<[string, Partial<Beside>, PageState["indexTrouble"]]>([
    ["well", {}, null],
    ["not known", { engine: undefined }, null],
    ["red", { engine: { isRed: true, missing: [] } }, { isRed: true, missing: [] }],
    ["not all there", { engine: { isRed: false, missing: ["a-b"] } }, { isRed: false, missing: ["a-b"] }],
    ["no longer known", { engine: { isRed: true, missing: [] }, at: now - 65_001 }, null],
  ])("the index is %s", (_, changes, trouble) => {
    expect(told(asked(changes)).indexTrouble).toEqual(trouble);
  });

  test.each<[string, Partial<Beside>, boolean]>([
    ["answers", {}, false],
    ["does not answer", { engine: undefined }, true],
    ["is not asked any more", { engine: undefined, at: now - 65_001 }, false],
  ])("the search engine %s", (_, changes, isSilent) => {
    expect(told(asked(changes)).isEngineSilent).toBe(isSilent);
    expect(told({ ...asked(changes), checked: undefined }).isEngineSilent).toBe(false);
  });

  test("is not known before it was asked for the first time", () => {
    const state = told({ ...knownOf(2), beside: undefined });
    expect(own(state)).toMatchObject({ snapshot: null, binlog: null, reconciled: null });
    expect(state).toMatchObject({ indexTrouble: null, ofNoShard: null });
  });
});

test("it is JSON that a browser reads as it was", () => {
  const state = told(knownOf(2));
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
});

test.each(conditions)("a connector that is %s is so on the page, with the guard's words", (condition) => {
  const found = own(told(withFirst({ condition, reason: "why", remedy: "what to do", restarts: 2 })));
  expect(found).toMatchObject({ state: condition, reason: "why", remedy: "what to do", restarts: 2 });
});

test("one that is behind a backlog is catching up, and one whose heartbeat is too old is behind", () => {
  const reason = "catching up: no heartbeat since then";
  expect(own(told(withFirst({ reason, beatAt: now - 90_000 }))).state).toBe("catching-up");
  expect(own(told(withFirst({ beatAt: now - 61_000 }))).state).toBe("behind");
  expect(own(told(withFirst({ beatAt: now - 60_000 }))).state).toBe("healthy");
  expect(own(told(withFirst({ beatAt: now - 61_000, condition: "paused" }))).state).toBe("paused");
});

describe("sinks", () => {
  const waitingSince = now - 61_000;
  const late = { ...sinkFound, lag: { records: 5, waitingSince } };

  test("are behind when the oldest record has waited for longer than allowed", () => {
    const known = knownOf(2);
    const state = told({ ...known, sinks: { at: now, found: { [sinkName]: late } } });
    expect(own(state, sinkName)).toMatchObject({ state: "behind", waiting: { records: 5, ms: 61_000 } });
  });

  test("that fill a new index tell how much there is to go, and are never late", () => {
    const name = "read-side-reindex-products-products";
    const { memory, seen } = knownOf(2).checked!;
    const sink = { ...seen!.connectors[sinkName]!, info: { name, config: {}, type: "sink" as const } };
    const known = knownOf(2, {
      memory: { ...memory, connectors: { ...memory.connectors, [name]: watched } },
      seen: { connectors: { ...seen!.connectors, [name]: sink } },
    });
    const state = told({ ...known, sinks: { at: now, found: { [name]: late } } });
    expect(own(state, name)).toMatchObject({
      rebuilds: "products-products",
      isDeclared: false,
      state: "healthy",
      waiting: { records: 5 },
    });
  });
});

describe("what is not known is not told", () => {
  test("before the first check", () => {
    const state = told({ checked: undefined, sinks: undefined, beside: undefined });
    expect(state).toMatchObject({ checkedAt: null, isSilent: false, worker: "unknown", broker: "unknown" });
    expect(new Set(state.connectors.map((connector) => connector.state))).toEqual(new Set(["unknown"]));
  });

  test("while the worker is silent", () => {
    const { state } = knownOf(2).checked!;
    const blind = told(knownOf(2, { seen: undefined, state: { ...state, error: "no answer" } }));
    expect(blind).toMatchObject({ error: "no answer", worker: "silent", broker: "unknown" });
    expect(own(blind)).toMatchObject({ state: "unknown", since: null, reason: null, heartbeatAgeMs: null });
    expect(own(blind, sinkName)).toMatchObject({ state: "unknown", waiting: null, deadLetters: null });
  });

  test("while the broker is silent: what runs may stream or not", () => {
    const state = told(withFirst({}, { beat: { kind: "unknown" } }));
    expect(state).toMatchObject({ worker: "answers", broker: "silent" });
    expect(own(state)).toMatchObject({ state: "unknown", since: null, heartbeatAgeMs: null });
  });

  test("when the guard has hung", () => {
    const state = told(knownOf(2), now + 65_000);
    expect(state).toMatchObject({ isSilent: true, checkedAt: now - 1000, error: null });
    expect(own(state).state).toBe("unknown");
  });
});

test("a declared connector that is not on the worker is missing; one that nobody declared is shown behind the others", () => {
  const { seen, memory } = knownOf(1).checked!;
  const connectors = { ...seen!.connectors, mine: source("mine", "elsewhere") };
  const known = knownOf(1, {
    seen: { connectors },
    memory: { ...memory, connectors: { ...memory.connectors, mine: watched } },
  });
  const state = told(known);
  expect(own(state, "shard1-connector")).toMatchObject({ state: "missing", isDeclared: true });
  expect(state.connectors.at(-1)).toMatchObject({ name: "mine", shard: "elsewhere", isDeclared: false });
});

test("a server that does not answer is told, but not what the broker's silence says", () => {
  const away = withFirst({ condition: "waiting" }, { obstacle: "MySQL at mysql-3308:3306 does not answer" });
  expect(own(told(away)).isServerAway).toBe(true);
  const seen = { ...away.checked!.seen!, error: "Kafka does not answer" };
  expect(own(told({ ...away, checked: { ...(away.checked as Checked), seen } })).isServerAway).toBe(false);
});

test("the next restart is told while one is due", () => {
  const known = withFirst({ condition: "failed" });
  const { state } = known.checked!;
  const due = { ...state.connectors["shard0-connector"]!, nextRestartAt: new Date(now + 7000).toISOString() };
  const checked = { ...known.checked!, state: { ...state, connectors: { "shard0-connector": due } } };
  expect(own(told({ ...known, checked })).nextRestartAt).toBe(now + 7000);
});

test("the newest line of the log comes first", () => {
  const line = { level: "INFO", connector: undefined, condition: undefined } as const;
  const lines = [1, 2].map((at) => ({ ...line, at, text: String(at) }));
  expect(stateOf(knownOf(1), { ...past, told: lines }, now, settings).told.map(({ at }) => at)).toEqual([2, 1]);
});

test("the past is a column for each connector, as long as the times, with null where nothing is known", () => {
  const points = [
    { at: 1, behind: new Map([["a", 2]]), troubled: new Set<string>() },
    { at: 2, behind: new Map<string, number>(), troubled: new Set(["b"]) },
    { at: 3, behind: new Map([["a", 0]]), troubled: new Set<string>() },
  ];
  expect(historyOf(points, { since: 0, stepMs: 1, now: 4 })).toEqual({
    since: 0,
    stepMs: 1,
    now: 4,
    times: [1, 2, 3],
    connectors: {
      a: { behind: [2, null, 0], troubled: [0, 0, 0] },
      b: { behind: [null, null, null], troubled: [0, 1, 0] },
    },
  });
});
