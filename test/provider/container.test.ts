import { describe, expect, test } from "vitest";
import { isUp, makeReady, type Docker, type SeenState } from "../../provider/container.ts";
import { fakeClock } from "../support/fake-clock.ts";

const state = (status: SeenState["status"], exitCode = 0, restarts = 0): SeenState => ({
  status,
  exitCode,
  restarts,
  startedAt: "2026-01-01T00:00:00Z",
  healthTest: ["CMD-SHELL", "true"],
});

/** An engine whose one container goes through the given states, the last one for ever. */
function engine(states: (SeenState | undefined)[], healthyAfter = 0): Docker & { readonly calls: string[] } {
  const calls: string[] = [];
  let checks = 0;
  return {
    calls,
    inspect: () => Promise.resolve(states.length > 1 ? states.shift() : states[0]),
    start: () => {
      calls.push("start");
      return Promise.resolve();
    },
    checkHealth: () => {
      checks += 1;
      return Promise.resolve(checks > healthyAfter);
    },
    logLines: () => Promise.resolve(["first line", "last words"]),
  };
}

const inputs = { container: "cdc-dev-mysql-3308", containerId: "id", timeoutSeconds: 10 };

describe("making a container ready", () => {
  test("waits for its health check and tells when it was started", async () => {
    const docker = engine([state("running")], 3);
    expect(await makeReady(docker, inputs, fakeClock())).toBe("2026-01-01T00:00:00Z");
    expect(docker.calls).toEqual([]);
  });

  test.each(["exited", "created"] as const)("starts a container that is %s", async (status) => {
    const docker = engine([state(status), state("running")]);
    await makeReady(docker, inputs, fakeClock());
    expect(docker.calls).toEqual(["start"]);
  });

  test("one that ends meanwhile fails at once, with its name, exit code and last log lines", async () => {
    const clock = fakeClock();
    const docker = engine([state("running"), state("running"), state("exited", 137)], 99);
    await expect(makeReady(docker, inputs, clock)).rejects.toThrow(
      /container cdc-dev-mysql-3308 ended \(exit code 137, killed\)[^]*next `pulumi up`[^]*last words/,
    );
    expect(clock.now()).toBeLessThan(1000);
  });

  test.each<[string, SeenState[]]>([
    ["seen between two tries", [state("running"), state("restarting", 1, 1), state("restarting", 1, 2)]],
    ["first seen between two tries", [state("restarting", 1, 7), state("running", 0, 7), state("restarting", 1, 8)]],
    ["seen running again", [state("running"), state("running", 0, 1), state("running", 0, 2)]],
    ["started by us after an end", [state("exited", 1, 9), state("running", 0, 0), state("running", 0, 2)]],
  ])("one that crashes again and again is told at its second crash, with its last log lines: %s", async (_, states) => {
    const clock = fakeClock();
    await expect(makeReady(engine(states, 99), inputs, clock)).rejects.toThrow(
      /container cdc-dev-mysql-3308 crashes again and again: 2 times.*before it was ready[^]*last words/,
    );
    expect(clock.now()).toBeLessThan(1000);
  });

  test("one that crashed once, and long ago, is waited for", async () => {
    const docker = engine([state("running", 0, 5), state("restarting", 1, 6), state("running", 0, 6)], 3);
    expect(await makeReady(docker, inputs, fakeClock())).toBe("2026-01-01T00:00:00Z");
  });

  test("one that never becomes healthy fails after its time, with the last log lines", async () => {
    const docker = engine([state("running")], Number.POSITIVE_INFINITY);
    await expect(makeReady(docker, inputs, fakeClock())).rejects.toThrow(
      /cdc-dev-mysql-3308 is running but not healthy after 10 s[^]*last words/,
    );
  });

  test("one that is gone is told with the remedy", async () => {
    await expect(makeReady(engine([undefined]), inputs, fakeClock())).rejects.toThrow(/is gone.*the next `pulumi up`/);
  });
});

test.each<[boolean, SeenState | undefined]>([
  [true, state("running")],
  [false, state("exited")],
  [false, undefined],
])("isUp is %s for %o", async (up, found) => {
  expect(await isUp(engine([found]), "c")).toBe(up);
});
