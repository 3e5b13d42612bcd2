import { afterEach, expect, it, vi } from "vitest";
import { segmentIsClosed, segmentLines } from "../../../clients/docker/segment.ts";

afterEach(() => vi.unstubAllEnvs());

it.each(["tcp://192.0.2.1:2376", "ssh://ann@192.0.2.1"])(
  "nobody sees here what rules the machine of %s has",
  async (host) => {
    vi.stubEnv("DOCKER_HOST", host);
    expect(await segmentIsClosed()).toBeUndefined();
  },
);

it("a line sets each rule, and its twin takes it away", () => {
  expect(segmentLines("--delete")).toEqual(segmentLines().map((line) => line.replace("--insert", "--delete")));
  expect(segmentLines()).toHaveLength(2);
});
