import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { segmentIsClosed, segmentLines } from "../../../clients/docker/segment.ts";
import { fakeDocker } from "../../support/fake-docker.ts";

const { folder, says } = fakeDocker();

/** Root's iptables, to which every rule is known (0), none is (1), or which does not work (3). */
function iptablesEnds(exitCode: number): void {
  vi.spyOn(process, "getuid").mockReturnValue(0);
  const file = join(folder(), "iptables");
  writeFileSync(file, `#!/bin/bash\nexit ${exitCode}\n`);
  chmodSync(file, 0o755);
}

const here = "unix:///var/run/docker.sock";

it.each([
  ["both rules are set", 0, here, true],
  ["no rule is set", 1, here, false],
  ["iptables does not work", 3, here, undefined],
  // Named by DOCKER_HOST or by a context: docker tells which it is.
  ["the engine is another machine's, by TCP", 0, "tcp://192.0.2.1:2376", undefined],
  ["the engine is another machine's, by SSH", 0, "ssh://ann@192.0.2.1", undefined],
])("%s", async (_, exitCode, host, expected) => {
  iptablesEnds(exitCode);
  says(`[ "$1 $2" = "context inspect" ] && echo ${host}`);
  expect(await segmentIsClosed()).toBe(expected);
});

it("a docker command that does not say which engine it asks is no proof", async () => {
  iptablesEnds(0);
  says("exit 1");
  expect(await segmentIsClosed()).toBeUndefined();
});

it("a line sets each rule, and its twin takes it away", () => {
  expect(segmentLines("--delete")).toEqual(segmentLines().map((line) => line.replace("--insert", "--delete")));
  expect(segmentLines()).toHaveLength(2);
});
