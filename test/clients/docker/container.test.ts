import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkHealth, inspect, parseInspection, startTimes } from "../../../clients/docker/container.ts";
import { logLines } from "../../../clients/docker/logs.ts";
import { fakeDocker } from "../../support/fake-docker.ts";

const { folder, says } = fakeDocker();

test("a container's state is read from docker's inspection", () => {
  const StartedAt = "2026-01-01T00:00:00.1Z";
  const State = { Status: "exited", ExitCode: 137, OOMKilled: true, StartedAt, Health: { Status: "unhealthy" } };
  const Config = { Healthcheck: { Test: ["CMD-SHELL", "true"] } };
  expect(parseInspection(JSON.stringify([{ Name: "/x", RestartCount: 3, State, Config }]))).toEqual(
    new Map([
      [
        "x",
        {
          status: "exited",
          health: "unhealthy",
          exitCode: 137,
          isOutOfMemory: true,
          restarts: 3,
          startedAt: StartedAt,
          healthTest: ["CMD-SHELL", "true"],
          pidsLimit: undefined,
          memoryLimitMiB: undefined,
        },
      ],
    ]),
  );
  for (const [PidsLimit, pidsLimit] of [
    [null, undefined],
    [0, undefined],
    [-1, undefined],
    [4096, 4096],
  ]) {
    const inspected = JSON.stringify([{ Name: "/x", State, Config, HostConfig: { PidsLimit } }]);
    expect(parseInspection(inspected).get("x")?.pidsLimit).toBe(pidsLimit);
  }
  for (const [Memory, memoryLimitMiB] of [
    [0, undefined],
    [1536 * 1024 ** 2, 1536],
  ]) {
    const inspected = JSON.stringify([{ Name: "/x", State, Config, HostConfig: { Memory } }]);
    expect(parseInspection(inspected).get("x")?.memoryLimitMiB).toBe(memoryLimitMiB);
  }
});

test("a health check is tried again inside the container, by one run of the docker command", async () => {
  // Runs on this machine what the container would: `docker exec CONTAINER COMMAND...`.
  says(`echo "$1 $2" >> ${folder()}/calls\nshift 2\nexec "$@"`);
  const succeedsAtThird = `echo >> ${folder()}/checks; [ "$(wc -l < ${folder()}/checks)" -ge 3 ]`;
  expect(await checkHealth("box", ["CMD-SHELL", succeedsAtThird])).toBe(true);
  expect(readFileSync(join(folder(), "checks"), "utf8")).toBe("\n".repeat(3));
  expect(readFileSync(join(folder(), "calls"), "utf8")).toBe("exec box\n");
});

test("a health check that fails is an answer; an engine that is away is none", async () => {
  says("exit 1");
  expect(await checkHealth("box", ["CMD", "false"])).toBe(false);
  says("echo 'Cannot connect to the Docker daemon' >&2; exit 1");
  await expect(checkHealth("box", ["CMD", "false"])).rejects.toThrow(/did not answer: Cannot connect/);
});

const started = (name: string, StartedAt: string) => ({ Name: `/${name}`, State: { StartedAt }, Config: {} });
const gone = "echo 'Error: No such container: b' >&2; exit 1";

test.each<[string, string, Record<string, string> | RegExp]>([
  [
    "of all",
    `echo '${JSON.stringify([started("a", "2026-01-01T00:00:00.1Z"), started("b", "2026-01-01T00:00:00.2Z")])}'`,
    { a: "2026-01-01T00:00:00.1Z", b: "2026-01-01T00:00:00.2Z" },
  ],
  ["without one that is gone", `echo '${JSON.stringify([started("a", "1")])}'; echo; ${gone}`, { a: "1" }],
  ["of none that is there", `echo '[]'; ${gone}`, {}],
  [
    "of none, where the engine is away",
    "echo 'Cannot connect to the Docker daemon' >&2; exit 1",
    /did not answer: Cannot connect/,
  ],
])("start times %s", async (_, script, expected) => {
  says(script);
  const found = startTimes(["a", "b"]);
  if (expected instanceof RegExp) await expect(found).rejects.toThrow(expected);
  else expect(await found).toEqual(expected);
});

test("there is no state of a container that is gone", async () => {
  says(gone);
  expect(await inspect("b")).toBeUndefined();
});

test("the lines of a log are those of stdout and of stderr", async () => {
  says(`[ "$*" = "container logs --tail 2 box" ] && echo out && echo err >&2`);
  expect((await logLines("box", ["--tail", "2"])).toSorted()).toEqual(["err", "out"]);
});
