import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { dockerCommand, isUp, makeReady, type ContainerState, type Docker } from "../../provider/container.ts";
import { fakeClock } from "../support/fake-clock.ts";

const state = (status: ContainerState["status"], exitCode = 0): ContainerState => ({
  status,
  exitCode,
  startedAt: "2026-01-01T00:00:00Z",
  healthTest: ["CMD-SHELL", "true"],
});

/** An engine whose one container goes through the given states, the last one for ever. */
function engine(states: (ContainerState | undefined)[], healthyAfter = 0): Docker & { readonly calls: string[] } {
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
    logs: () => Promise.resolve("first line\nlast words"),
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

  test("one that never becomes healthy fails after its time, with the last log lines", async () => {
    const docker = engine([state("running")], Number.POSITIVE_INFINITY);
    await expect(makeReady(docker, inputs, fakeClock())).rejects.toThrow(
      /cdc-dev-mysql-3308 is running but not healthy after 10 s[^]*last words/,
    );
  });

  test("one that is gone is told with the remedy", async () => {
    await expect(makeReady(engine([undefined]), inputs, fakeClock())).rejects.toThrow(/is gone.*pulumi up --refresh/);
  });
});

test("a health check is tried again inside the container, by one run of the docker command", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cdc-container-"));
  try {
    // Runs on this machine what the container would: `docker exec CONTAINER COMMAND...`.
    writeFileSync(join(folder, "docker"), `#!/bin/bash\necho "$1 $2" >> ${folder}/calls\nshift 2\nexec "$@"\n`);
    chmodSync(join(folder, "docker"), 0o755);
    vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
    const succeedsAtThird = `echo >> ${folder}/checks; [ "$(wc -l < ${folder}/checks)" -ge 3 ]`;
    expect(await dockerCommand.checkHealth("box", ["CMD-SHELL", succeedsAtThird])).toBe(true);
    expect(readFileSync(join(folder, "checks"), "utf8")).toBe("\n".repeat(3));
    expect(readFileSync(join(folder, "calls"), "utf8")).toBe("exec box\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each<[boolean, ContainerState | undefined]>([
  [true, state("running")],
  [false, state("exited")],
  [false, undefined],
])("isUp is %s for %o", async (up, found) => {
  expect(await isUp(engine([found]), "c")).toBe(up);
});
