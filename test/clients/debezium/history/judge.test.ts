import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgePlace, type ServerFacts } from "../../../../clients/debezium/history/judge.ts";
import { mayLackOpen } from "../../../../clients/debezium/history/read.ts";
import type { Place } from "../../../../clients/debezium/history/place.ts";
import { isLost, lossWords } from "../../../../clients/debezium/history/words.ts";
import { other, own, placeAtEnd, SimulatedServer } from "./server.ts";

const place: Place = {
  file: "mysql-bin.000002",
  position: 1000,
  gtids: `${own}:1-42`,
  committedAt: "2026-11-26T15:00:00.000Z",
  isWithin: true,
  snapshot: undefined,
};
const facts: ServerFacts = {
  serverUuid: own,
  executed: `${own}:1-60`,
  purged: "",
  files: [
    { file: "mysql-bin.000001", sizeBytes: 500 },
    { file: "mysql-bin.000002", sizeBytes: 5000 },
  ],
  around: undefined,
};
const at = Date.parse("2026-11-26T15:00:00.000Z") / 1000;
const between = { ...place, isWithin: false };
const within = (nextAtSeconds: number | undefined): Partial<ServerFacts> => ({
  around: { kind: "within", nextAtSeconds },
});
const younger = (gtid?: string, before?: string, atSeconds = at + 1): Partial<ServerFacts> => ({
  around: { kind: "between", newestRead: [{ gtid: `${own}:42`, atSeconds }], atPlace: { gtid, before } },
});

describe("a place", () => {
  test.each<[string, Place | undefined, Partial<ServerFacts>, string]>([
    ["that was never stored", undefined, { executed: "" }, "fine"],
    ["of the server's history", place, {}, "fine"],
    ["at its very end", place, { executed: `${own}:1-42` }, "fine"],
    ["behind which it was purged to", place, { purged: `${own}:1-42`, files: [] }, "fine"],
    ["of a snapshot that is begun anew anyway", { ...place, snapshot: "INITIAL" }, { executed: "" }, "fine"],
    ["beside which a snapshot runs", { ...place, snapshot: "INCREMENTAL" }, { executed: "" }, "put-back"],
    ["whose server began anew", place, { executed: `${own}:1-41` }, "put-back"],
    ["whose server has not one transaction", place, { executed: "" }, "put-back"],
    [
      "of another server, which has all of it",
      place,
      { serverUuid: other, executed: `${own}:1-42,${other}:1-9` },
      "fine",
    ],
    [
      "of another server, which lacks some",
      place,
      { serverUuid: other, executed: `${own}:1-40,${other}:1-9` },
      "other-server",
    ],
    ["with tags that the server lacks", { ...place, gtids: `${own}:1-42:blue:1-5` }, {}, "put-back"],
    ["with gaps that the server has filled", { ...place, gtids: `${own}:1-20:30-42` }, {}, "fine"],
    ["before what was purged", place, { purged: `${own}:1-43` }, "purged"],
    ["within a transaction that is the same", place, within(at), "fine"],
    ["within one whose first statement began before", place, within(at - 600), "fine"],
    ["within one that is another by now", place, within(at + 1), "rewritten"],
    ["within one that is not there", place, within(undefined), "put-back"],
    [
      "within one that another server lacks",
      place,
      { serverUuid: other, executed: `${own}:1-42,${other}:1-9`, ...within(undefined) },
      "other-server",
    ],
    ["whose numbers are others' by now", between, younger(), "rewritten"],
    ["whose numbers are as old as it", between, younger(undefined, undefined, at), "fine"],
    ["after transactions that are not captured", between, younger(`${own}:43`), "fine"],
    ["after a DDL statement", between, younger(`${own}:44`), "fine"],
    ["where another transaction begins", between, younger(`${own}:12`), "rewritten"],
    ["where a later one begins", between, younger(`${own}:57`), "rewritten"],
    ["at a file's end", between, younger(undefined, `${own}:1-42`), "fine"],
    ["at the end of a file with less in it", between, younger(undefined, `${own}:1-30`), "rewritten"],
    ["without GTIDs, in a file that is there", { ...place, gtids: undefined }, {}, "fine"],
    ["without GTIDs, beyond its file's end", { ...place, gtids: undefined, position: 5001 }, {}, "put-back"],
    ["without GTIDs, in a file that was purged", { ...place, gtids: "", file: "mysql-bin.000000" }, {}, "purged"],
    [
      "without GTIDs, in a file that is still to come",
      { ...place, gtids: undefined, file: "mysql-bin.000009" },
      {},
      "put-back",
    ],
  ])("%s", (_, given, changes, expected) => {
    expect(judgePlace(given, { ...facts, ...changes }).kind).toBe(expected);
  });

  test.each<[string, Partial<ServerFacts>, string]>([
    ["when_needed", { executed: "" }, "fine"],
    ["when_needed", { purged: `${own}:1-43` }, "fine"],
    ["when_needed", within(at + 1), "rewritten"],
    ["when_needed", within(undefined), "put-back"],
    ["always", within(at + 1), "fine"],
    ["always", { executed: "" }, "fine"],
    ["no_data", { executed: "" }, "put-back"],
  ])("with snapshot mode %s, on %j, is %s", (mode, changes, expected) => {
    expect(judgePlace(place, { ...facts, ...changes }, mode).kind).toBe(expected);
  });

  test.each([
    ["put-back", "CDC-850", /no longer knows.*older backup/],
    ["other-server", "CDC-851", /this server lacks/],
    ["rewritten", "CDC-852", /another transaction on the server by now/],
    ["purged", "CDC-853", /has purged/],
  ] as const)("that is lost as %s is told as %s, with the way back", (kind, code, found) => {
    const words = lossWords({ kind, what: `${own}:1-3` }, place, "shard0");
    expect(words).toMatchObject({ code, found: expect.stringMatching(found) });
    expect(words.found).toContain(`${own}:1-3`);
    expect(words.remedy).toMatch(/`cdc offsets reset shard0` begins anew.*`cdc reconcile --repair`/);
  });
});

type Event = "commit" | "uncaptured" | "rotate";
const events = fc.array(fc.constantFrom<Event>("commit", "commit", "uncaptured", "rotate"), { maxLength: 25 });

function live(server: SimulatedServer, what: readonly Event[]): void {
  for (const event of what) {
    if (event === "rotate") server.rotate();
    else server.commit(event === "commit");
  }
}

/** A server with something in its history, and the place of a connector that has read all of it. */
function begin(before: readonly Event[], isWithin: boolean) {
  const clock = { now: 1_795_700_000 };
  const server = new SimulatedServer(clock);
  server.commit();
  live(server, before);
  const given = placeAtEnd(server, isWithin);
  if (given === undefined) throw new Error("no place");
  return { clock, server, given };
}

describe("over whatever history", () => {
  test("a place stays fine while the server only goes on: files, restarts, tables that are not captured", () => {
    fc.assert(
      fc.property(events, fc.boolean(), events, (before, isWithin, after) => {
        const { server, given } = begin(before, isWithin);
        live(server, after);
        expect(judgePlace(given, server.facts(given))).toEqual({ kind: "fine" });
      }),
    );
  });

  test("a binlog that is purged is told exactly when something unread was in it", () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const { server, given } = begin(before, false);
        const read = server.all().length;
        live(server, after);
        server.purge();
        const purged = server.facts(given).purged.split(",").filter(Boolean).length;
        expect(judgePlace(given, server.facts(given)).kind).toBe(purged > read ? "purged" : "fine");
      }),
    );
  });

  test("a history that began anew is found, however far it has gone since", () => {
    fc.assert(
      fc.property(events, events, fc.nat({ max: 60 }), (before, after, more) => {
        const { server, given } = begin([...before, "commit"], true);
        server.reset();
        live(server, after);
        for (let i = 0; i < more; i += 1) server.commit();
        expect(isLost(judgePlace(given, server.facts(given)))).toBe(true);
      }),
    );
  });

  test("between two transactions too, unless the new ones are byte for byte as long as the old ones were", () => {
    fc.assert(
      fc.property(events, fc.nat({ max: 60 }), (before, more) => {
        const { server, given } = begin([...before, "commit"], false);
        server.reset();
        // No place of before is the end of one of these.
        server.restBytes = 1000 + 7919;
        for (let i = 0; i < more; i += 1) server.commit();
        expect(isLost(judgePlace(given, server.facts(given)))).toBe(true);
      }),
    );
  });

  test("an older backup is found, however far it has gone since, and an identical copy is none", () => {
    fc.assert(
      fc.property(events, fc.nat({ max: 5 }), events, fc.nat({ max: 60 }), (before, lost, after, more) => {
        const { server } = begin([...before, "commit"], true);
        const restore = server.backup();
        for (let i = 0; i < lost; i += 1) server.commit();
        const given = placeAtEnd(server, true)!;
        restore();
        live(server, after);
        for (let i = 0; i < more; i += 1) server.commit();
        expect(isLost(judgePlace(given, server.facts(given)))).toBe(lost > 0);
      }),
    );
  });

  test("another server that lacks something is found and named", () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const { server } = begin([...before, "commit"], true);
        const restore = server.backup();
        server.commit();
        server.commit();
        const given = placeAtEnd(server, true)!;
        restore();
        server.becomeAnother();
        live(server, after);
        expect(judgePlace(given, server.facts(given)).kind).toBe("other-server");
      }),
    );
  });
});

test.each<[string, Partial<Place>, Partial<ServerFacts>, boolean]>([
  ["of the server that wrote it, with the place in its binlog", {}, {}, false],
  ["of one that has written nothing of it", {}, { serverUuid: other }, true],
  ["of one whose file is shorter", { position: 6000 }, {}, true],
  ["of one that has no such file", { file: "mysql-bin.000003" }, {}, true],
  ["between two transactions, wherever", { isWithin: false, file: "mysql-bin.000009" }, { serverUuid: other }, false],
])("whether the open transaction is looked for: %s", (_what, ofPlace, ofServer, isAsked) => {
  expect(mayLackOpen({ ...facts, ...ofServer }, { ...place, ...ofPlace })).toBe(isAsked);
});
