import { describe, expect, test } from "vitest";
import { isUp, makeReady, type Docker, type Held, type SeenState } from "../../provider/container.ts";
import { ToolError } from "../../lib/run.ts";
import { fakeClock } from "../support/fake-clock.ts";

const state = (
  status: SeenState["status"],
  exitCode = 0,
  restarts = 0,
  pidsLimit: number | undefined = 4096,
  memoryLimitMiB: number | undefined = 1536,
): SeenState => ({
  status,
  exitCode,
  restarts,
  startedAt: "2026-01-01T00:00:00Z",
  healthTest: ["CMD-SHELL", "true"],
  pidsLimit,
  memoryLimitMiB,
});

/** As engines start it, and on a kernel that has no such limits for ever. */
const unlimited: SeenState = { ...state("running"), pidsLimit: undefined, memoryLimitMiB: undefined };

/** An engine whose one container goes through the given states, the last one for ever. */
function engine(
  states: (SeenState | undefined)[],
  healthyAfter = 0,
  refusals: string[] = [],
): Docker & { readonly calls: string[] } {
  const calls: string[] = [];
  let checks = 0;
  return {
    calls,
    inspect: () => Promise.resolve(states.length > 1 ? states.shift() : states[0]),
    start: () => {
      calls.push("start");
      return Promise.resolve();
    },
    limit: (_, { memoryLimitMiB, pidsLimit }) => {
      calls.push(`limit ${memoryLimitMiB} ${pidsLimit}`);
      const refusal = refusals.length > 1 ? refusals.shift() : refusals[0];
      if (refusal === undefined) return Promise.resolve();
      return Promise.reject(new ToolError("docker container update", { exitCode: 1, stderr: refusal }, "see it"));
    },
    checkHealth: () => {
      checks += 1;
      return Promise.resolve(checks > healthyAfter);
    },
    logLines: () => Promise.resolve(["first line", "last words"]),
  };
}

const ready = { startedAt: "2026-01-01T00:00:00Z", memoryHeldMiB: 1536, pidsHeld: 4096 };
const inputs = {
  container: "cdc-dev-mysql-3308",
  containerId: "id",
  timeoutSeconds: 10,
  memoryLimitMiB: 1536,
  pidsLimit: 4096,
};

describe("making a container ready", () => {
  test("waits for its health check and tells when it was started", async () => {
    const docker = engine([state("running")], 3);
    expect(await makeReady(docker, inputs, fakeClock())).toEqual(ready);
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
    expect(await makeReady(docker, inputs, fakeClock())).toEqual(ready);
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

test("a limit of memory that was changed is set again", async () => {
  const docker = engine([state("running", 0, 0, 4096, 512), state("running", 0, 0, 4096, 512), state("running")]);
  expect(await makeReady(docker, inputs, fakeClock())).toEqual(ready);
  expect(docker.calls).toEqual(["limit 1536 4096"]);
});

describe("the limits", () => {
  test("are set on a running container, and read back", async () => {
    const docker = engine([unlimited, unlimited, state("running")]);
    expect(await makeReady(docker, inputs, fakeClock())).toEqual(ready);
    expect(docker.calls).toEqual(["limit 1536 4096"]);
  });

  test("that the engine's kernel does not have are asked for once, and told", async () => {
    const docker = engine([unlimited]);
    expect(await makeReady(docker, inputs, fakeClock())).toEqual({ ...ready, memoryHeldMiB: 0, pidsHeld: 0 });
    expect(docker.calls).toEqual(["limit 1536 4096"]);
  });

  test("are set again when the container crashed under it and was started anew", async () => {
    const docker = engine([unlimited, unlimited, unlimited, state("running")], 0, [
      "no such process",
      undefined as never,
    ]);
    expect(await makeReady(docker, inputs, fakeClock())).toEqual(ready);
    expect(docker.calls).toEqual(["limit 1536 4096", "limit 1536 4096"]);
  });

  test("refused by one that ended: its end is told, not the refusal", async () => {
    const docker = engine([unlimited, unlimited, state("exited", 1)], 0, ["no such process"]);
    await expect(makeReady(docker, inputs, fakeClock())).rejects.toThrow(/ended \(exit code 1\)[^]*last words/);
  });

  test("refused for ever fails with what the engine said", async () => {
    await expect(makeReady(engine([unlimited], 0, ["not today"]), inputs, fakeClock())).rejects.toThrow(
      /cdc-dev-mysql-3308 runs without its limits of 1536 MiB and 4096 processes: not today/,
    );
  });
});

const held = { memoryHeldMiB: 1536, pidsHeld: 4096 };
const none = { memoryHeldMiB: 0, pidsHeld: 0 };
test.each<[boolean, SeenState | undefined, Held]>([
  [true, state("running"), held],
  [true, unlimited, none],
  [false, unlimited, held],
  [false, { ...state("running"), pidsLimit: undefined }, held],
  [false, { ...state("running"), memoryLimitMiB: 4096 }, held],
  [false, state("exited"), held],
  [false, undefined, held],
])("isUp is %s for %o with %o held", async (up, found, held) => {
  expect(await isUp(engine([found]), "c", held)).toBe(up);
});
