/** What is told when the engine cannot be asked, and what is an answer of it. */
import { expect, test, vi } from "vitest";
import { noAccess } from "../../../clients/docker/access.ts";
import { ask, attempt, docker, EngineError, isMissing, isStopped, saidOf } from "../../../clients/docker/client.ts";
import { inspect } from "../../../clients/docker/container.ts";
import { fileFrom } from "../../../clients/docker/files.ts";
import { labelsOf } from "../../../clients/docker/labels.ts";
import { ToolError, UnreachableError } from "../../../lib/run.ts";
import { fakeDocker } from "../../support/fake-docker.ts";

const { folder, says } = fakeDocker();
const failing = (stderr: string) => says(`echo '${stderr}' >&2; exit 1`);
const caught = async (work: Promise<unknown>) => await work.catch((error: unknown) => error);

const away = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
const newerAway =
  "failed to connect to the docker API at unix:///x.sock; check if the path is correct: dial unix /x.sock: connect: no such file or directory";
const refused = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock";

test.each([docker, ask])("without a docker command the remedy is to get one (%o)", async (asked) => {
  vi.stubEnv("PATH", folder());
  const error = await caught(asked(["info"]));
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toBeInstanceOf(UnreachableError);
  expect(error).toMatchObject({
    message: "the docker command is not on PATH",
    remedy: "install Docker, or run make up, which brings it",
    said: "docker not found",
  });
});

test.each<[string, string, string, string]>([
  ["an engine that is away", away, `the Docker engine did not answer: ${away}`, "start it, then see docker info"],
  [
    "the same of a newer docker",
    newerAway,
    `the Docker engine did not answer: ${newerAway}`,
    "start it, then see docker info",
  ],
  ["a user without access", refused, noAccess.message, noAccess.remedy],
])("%s is told with its remedy, whatever is asked, and is not taken for a thing that is gone", async (...row) => {
  const [, said, message, remedy] = row;
  failing(said);
  const all = [docker(["start", "x"]), ask(["info"]), inspect("x"), fileFrom("x", "/f"), labelsOf("volume", "x")];
  for (const error of await Promise.all(all.map(caught))) {
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ message, remedy, said });
    expect(saidOf(error)).toBe(said);
  }
});

test("a question that gets no answer is told with its time limit; work is ended as it is", async () => {
  says("exec sleep 60");
  expect(await caught(ask(["info"], { timeoutMs: 200 }))).toMatchObject({ said: "no answer within 0.2 s" });
  expect(await caught(docker(["start", "x"], { timeoutMs: 200 }))).toBeInstanceOf(ToolError);
});

test("a question that fails for any other reason is no answer either; work that is refused says why", async () => {
  failing("unknown flag: --nonsense");
  const message = "the Docker engine did not answer: unknown flag: --nonsense";
  expect(await caught(ask(["info"]))).toMatchObject({ message });
  expect(await caught(docker(["start", "x"]))).toMatchObject({ stderr: "unknown flag: --nonsense\n" });
});

test.each([
  "Error response from daemon: No such container: x",
  "Error: No such volume: x",
  "Error: No such network: x",
  "Error response from daemon: network x not found",
  "Error: No such image: x",
  "Error: No such object: x",
  "image not known",
  "Error response from daemon: Could not find the file /f in container x",
  "cat: /state.json: No such file or directory",
])("%j tells that there is no such thing", async (said) => {
  failing(said);
  expect(isMissing(await caught(ask(["inspect", "x"])))).toBe(true);
  expect(isMissing(await caught(docker(["rm", "x"])))).toBe(true);
  expect(await fileFrom("x", "/f")).toBeUndefined();
});

test("a container that does not run is not one that is gone", async () => {
  failing("Error response from daemon: container 1f is not running");
  const error = await caught(ask(["exec", "x", "true"]));
  expect([isStopped(error), isMissing(error)]).toEqual([true, false]);
});

test.each([
  [
    "a failure, with what came until then",
    "echo half; echo why >&2; exit 1",
    { ok: false, stdout: "half", stderr: "why" },
  ],
  ["success", "echo whole", { ok: true, stdout: "whole", stderr: "" }],
])("an attempt's answer is %s", async (_, script, expected) => {
  says(script);
  expect(await attempt(["exec", "x"])).toEqual(expected);
});

test("an attempt without a docker command is a failure too", async () => {
  vi.stubEnv("PATH", folder());
  expect(await attempt(["version"])).toEqual({ ok: false, stdout: "", stderr: "docker not found" });
});
