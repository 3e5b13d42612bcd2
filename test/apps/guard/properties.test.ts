import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Simulation, settings, type Weather } from "./simulation.ts";

const away = "MySQL at mysql-3308:3306 does not answer (ECONNREFUSED)";

const weather: fc.Arbitrary<Weather> = fc.oneof(
  fc.constant<Weather>({}),
  fc
    .record({
      connector: fc.constantFrom("RUNNING", "RUNNING", "RUNNING", "FAILED", "PAUSED", "STOPPED"),
      task: fc.constantFrom("RUNNING", "FAILED", "UNASSIGNED", "RESTARTING", undefined),
      beats: fc.boolean(),
      moves: fc.boolean(),
      snapshot: fc.boolean(),
      brokerAway: fc.boolean(),
      unwatched: fc.boolean(),
      obstacle: fc.constantFrom(away, undefined),
    })
    .map(({ obstacle, ...rest }) => (obstacle === undefined ? rest : { ...rest, obstacle })),
);

/** Stretches of weather, from one check to twenty minutes. */
const history = fc.array(fc.record({ seconds: fc.integer({ min: 5, max: 1200 }), weather }), {
  minLength: 1,
  maxLength: 12,
});

const pauses = fc
  .array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 6 })
  .map((seconds) => seconds.sort((a, b) => a - b));

describe("whatever happens", () => {
  it("restarts are never closer than their pauses, which only begin anew for a reason", () => {
    fc.assert(
      fc.property(history, pauses, (stretches, restartAfterSeconds) => {
        const guard = new Simulation({ ...settings, restartAfterSeconds });
        const moments = stretches.flatMap((stretch) =>
          guard.run(stretch.seconds, stretch.weather).map((moment) => ({ ...moment, weather: stretch.weather })),
        );
        let last: { at: number; count: number } | undefined;
        let hasReason = true;
        let healthySince: number | undefined;
        for (const { at, watched, actions, weather } of moments) {
          healthySince = watched.condition === "healthy" ? (healthySince ?? at) : undefined;
          const pause = restartAfterSeconds[(last?.count ?? 0) - 1] ?? 0;
          if (healthySince !== undefined && at - healthySince >= Math.max(60, pause)) hasReason = true;
          if (["waiting", "paused", "stopped"].includes(watched.condition)) hasReason = true;
          if (watched.condition === "stalled" && weather.obstacle !== undefined) hasReason = true;
          if (actions.length === 0) continue;
          if (watched.restarts === 1) expect(hasReason).toBe(true);
          else {
            expect(watched.restarts).toBe(last!.count + 1);
            expect(at - last!.at).toBeGreaterThanOrEqual(restartAfterSeconds[watched.restarts - 1]!);
          }
          last = { at, count: watched.restarts };
          hasReason = false;
        }
      }),
    );
  });

  it("who is paused or stopped, waits for a database, or is in a snapshot is not restarted", () => {
    fc.assert(
      fc.property(history, (stretches) => {
        const guard = new Simulation();
        for (const { seconds, weather } of stretches) {
          for (const { actions, watched } of guard.run(seconds, weather)) {
            const isResting = weather.connector === "PAUSED" || weather.connector === "STOPPED";
            if (isResting || weather.obstacle !== undefined) expect(actions).toEqual([]);
            if (watched.condition === "snapshotting" || watched.condition === "healthy") expect(actions).toEqual([]);
          }
        }
      }),
    );
  });

  it("a snapshot that runs is never restarted", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 10, maxLength: 200 }), (moves) => {
        const guard = new Simulation();
        for (const move of moves) guard.check({ beats: false, moves: move, snapshot: true });
        expect(guard.restarts).toEqual([]);
        expect(guard.conditions).not.toContain("stalled");
      }),
    );
  });

  it("a cause that stays is given up exactly once, after all restarts", () => {
    fc.assert(
      fc.property(pauses, fc.constantFrom<Weather>({ task: "FAILED" }, { beats: false, moves: false }), (list, bad) => {
        const guard = new Simulation({ ...settings, restartAfterSeconds: list });
        guard.run(10);
        const seconds = list.reduce((sum, pause) => sum + Math.max(pause, settings.stallSeconds) + 60, 60);
        guard.run(seconds, bad);
        expect(guard.restarts).toHaveLength(list.length);
        expect(guard.conditions.filter((condition) => condition === "gave-up")).toHaveLength(1);
        expect(guard.conditions.at(-1)).toBe("gave-up");
        const gaveUpAt = guard.moments.find(({ watched }) => watched.condition === "gave-up")!.at;
        const cries = guard.lines.filter((line) => line.startsWith("GAVE UP")).length;
        expect(cries).toBe(1 + Math.floor((guard.moments.at(-1)!.at - gaveUpAt) / 3600));
      }),
    );
  });

  it("a shard whose heartbeats arrive within the bound, or whose offset moves, is healthy throughout", () => {
    const checksWithin = settings.stallSeconds / settings.checkSeconds - 1;
    fc.assert(
      fc.property(
        fc.array(fc.record({ silentChecks: fc.nat({ max: checksWithin }), moves: fc.boolean() }), { maxLength: 60 }),
        fc.boolean(),
        (beats, isCatchingUp) => {
          const guard = new Simulation();
          guard.check({});
          for (const { silentChecks, moves } of beats) {
            guard.run(silentChecks * settings.checkSeconds, { beats: false, moves: moves || isCatchingUp });
            guard.check({ beats: !isCatchingUp, moves: true });
          }
          expect(guard.conditions).toEqual(["healthy"]);
          expect(guard.restarts).toEqual([]);
        },
      ),
    );
  });

  it("silence is told within the bound and two checks", () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 8 }), (stretches, checkSeconds) => {
        const guard = new Simulation({ ...settings, checkSeconds });
        for (const { seconds, weather } of stretches) guard.run(Math.min(seconds, 300), weather);
        guard.run(checkSeconds);
        guard.run(checkSeconds);
        const silent = guard.run(settings.stallSeconds + 3 * checkSeconds, { beats: false, moves: false });
        expect(["stalled", "gave-up"]).toContain(silent.at(-1)!.watched.condition);
      }),
    );
  });
});
