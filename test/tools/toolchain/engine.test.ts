import { describe, expect, test } from "vitest";
import { isDebianLike, planEngine, type EngineFacts } from "../../../tools/toolchain/engine.ts";

const nothing: EngineFacts = {
  answers: false,
  complaint: "Cannot connect to the Docker daemon",
  dockerHost: undefined,
  client: false,
  dockerd: false,
  root: true,
  systemd: false,
  debianLike: true,
};

describe("planEngine", () => {
  test.each<[string, Partial<EngineFacts>, string]>([
    ["an engine answers", { answers: true, root: false }, "ready"],
    ["installed, not running", { client: true, dockerd: true }, "start"],
    ["nothing there", {}, "install and start"],
    ["a client without an engine", { client: true }, "install and start"],
    ["an engine without a client", { dockerd: true }, "install and start"],
  ])("root on Debian, %s", (_, facts, action) => {
    expect(planEngine({ ...nothing, ...facts })).toBe(action);
  });

  test.each<[string, Partial<EngineFacts>, RegExp, RegExp]>([
    [
      "DOCKER_HOST that does not answer",
      { dockerHost: "tcp://10.0.0.1:1" },
      /DOCKER_HOST=tcp:\/\/10\.0\.0\.1:1/,
      /unset DOCKER_HOST/,
    ],
    [
      "a socket that may not be used",
      { root: false, client: true, complaint: "permission denied while trying to connect" },
      /may not use/,
      /usermod/,
    ],
    [
      "a socket elsewhere that may not be used",
      {
        dockerHost: "unix:///run/user/1/docker.sock",
        complaint:
          "Got permission denied while trying to connect to the Docker daemon socket at unix:///run/user/1/docker.sock",
      },
      /may not use/,
      /usermod/,
    ],
    ["no right to start it", { root: false, client: true, dockerd: true }, /does not run/, /systemctl start docker/],
    ["no right to install it", { root: false }, /no Docker engine/, /sudo apt-get install docker\.io/],
    ["no Debian", { debianLike: false }, /no Docker engine/, /install and start Docker/],
  ])("is for the user to mend: %s", (_, facts, message, remedy) => {
    expect(() => planEngine({ ...nothing, ...facts })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(message) as string,
        remedy: expect.stringMatching(remedy) as string,
      }),
    );
  });
});

test.each([
  ['PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', true],
  ["ID=ubuntu\nID_LIKE=debian\n", true],
  ['ID="linuxmint"\nID_LIKE="ubuntu debian"\n', true],
  ['NAME="Fedora Linux"\nID=fedora\n', false],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', false],
  ["HOME_URL=debian\n", false],
  ["", false],
])("isDebianLike(%j) is %s", (text, expected) => {
  expect(isDebianLike(text)).toBe(expected);
});
