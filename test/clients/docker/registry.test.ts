/** Which images are there, or to be pulled. */
import { describe, expect, it, vi } from "vitest";
import { lookForImages } from "../../../clients/docker/image.ts";
import { lookForPull, parseAnswer, type PullView } from "../../../clients/docker/registry.ts";
import { fakeDocker } from "../../support/fake-docker.ts";

describe("what an engine says of an image", () => {
  const answer = (status: number, message: string) =>
    `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\n\r\n${JSON.stringify({ message })}\n`;

  it.each<[string, string, string]>([
    ["found", "HTTP/1.1 200 OK\r\n\r\n{}", "there"],
    ["no such tag", answer(404, "manifest unknown: manifest unknown"), "none"],
    ["no such tag, by containerd", answer(404, "docker.io/library/mysql:9.99: not found"), "none"],
    ["no such repository, or a private one", answer(403, "errors:\ndenied: requested access is denied"), "denied"],
    [
      "no name server",
      answer(500, 'Get "https://r/v2/": dial tcp: lookup r on 10.0.0.1:53: no such host'),
      "unreached",
    ],
    ["a closed port", answer(500, "dial tcp 127.0.0.1:5999: connect: connection refused"), "unreached"],
    [
      "a firewall that drops",
      answer(500, "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"),
      "unreached",
    ],
    ["a limit", answer(429, "toomanyrequests: You have reached your pull rate limit"), "unknown"],
    ["an engine without this question", answer(404, "page not found"), "unknown"],
    ["another one", "HTTP/1.1 404 Not Found\r\n\r\n404 page not found\n", "unknown"],
    ["nothing", "", "unknown"],
  ])("%s", (_, text, kind) => {
    expect(parseAnswer(text).kind).toBe(kind);
  });
});

describe("by the docker command", () => {
  const { folder, says } = fakeDocker();
  const denied = `printf 'HTTP/1.1 403 Forbidden\\r\\n\\r\\n{"message":"denied: no"}'`;

  it("the engine is asked on a connection that stays open for its answer", async () => {
    // Reads the question, and says nothing to who has hung up by then.
    says(`read -r question; while read -r line && [ "$line" != $'\\r' ]; do :; done
      if read -r -t 0.2 line; [ $? -le 128 ]; then exit 1; fi
      [[ "$1 $2 $question" == $'system dial-stdio GET /distribution/a/b:1/json HTTP/1.1\\r' ]] && printf 'HTTP/1.1 200 OK\\r\\n\\r\\n{}'`);
    expect(await lookForPull("a/b:1")).toEqual({ kind: "there" });
  });

  it.each<[string, string, PullView]>([
    ["has it", "exit 0", { kind: "there" }],
    ["is refused too", "echo 'denied: no' >&2; exit 1", { kind: "none", why: "denied: no" }],
    [
      "does not get there",
      "echo 'dial tcp: i/o timeout' >&2; exit 1",
      { kind: "unreached", why: "dial tcp: i/o timeout" },
    ],
  ])(
    "what the engine may not see is asked for with the logins of the docker command, which %s",
    async (_, say, pull) => {
      says(`if [ "$1" = system ]; then ${denied}; exit; fi; ${say}`);
      expect(await lookForPull("a/b:1")).toEqual(pull);
    },
  );

  it("without a docker command nothing is known", async () => {
    vi.stubEnv("PATH", folder());
    expect((await lookForPull("a/b:1")).kind).toBe("unknown");
  });

  it("an image is there by each of its names", async () => {
    says(`if [ "$2" = ls ]; then echo mysql:9.7; exit; fi
      [ "\${@: -1}" = docker.io/library/node:1 ] && exit 0; echo "Error: No such image: x" >&2; exit 1`);
    const asked = ["mysql:9.7", "docker.io/library/node:1", "other:1"];
    expect([...(await lookForImages(asked))]).toEqual(asked.slice(0, 2));
  });
});
