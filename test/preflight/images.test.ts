/** Images: built here (CDC-706), or there or to be pulled (CDC-709). */
import { describe, expect, it } from "vitest";
import { officialImages } from "../../config/images.ts";
import { preflight } from "../../preflight/index.ts";
import type { PullView } from "../../clients/docker/registry.ts";
import type { World } from "../../preflight/world.ts";
import { container, emptyWorld, images, planWith } from "../support/fake-world.ts";

const plan = planWith({ images: "official" });
const { mysql, kafka, node } = officialImages;

/** A world whose engine has these images, and whose registry says that of all others. */
function worldOf(there: readonly string[], pull: PullView, changes: Partial<World> = {}): World & { asked: string[] } {
  const asked: string[] = [];
  const world = emptyWorld({
    images: async (references) => new Set(references.filter((reference) => there.includes(reference))),
    pull: async (reference) => {
      asked.push(reference);
      return pull;
    },
    ...changes,
  });
  return { ...world, asked };
}

const unreached: PullView = { kind: "unreached", why: "dial tcp: lookup registry-1.docker.io: no such host" };
const none: PullView = { kind: "none", why: "manifest unknown" };

describe("CDC-709", () => {
  it("only what is not there is asked for, and what can be pulled is well", async () => {
    const world = worldOf([mysql, kafka], { kind: "there" });
    expect(await preflight(plan, officialImages, world)).toEqual({ problems: [], warnings: [] });
    expect(world.asked).toEqual([node]);
  });

  it("no registry is asked for what is built here", async () => {
    const world = worldOf([], none);
    const { problems } = await preflight(planWith(), images, world);
    expect(problems.map(({ code }) => code)).toEqual(["CDC-706", "CDC-706", "CDC-706"]);
    expect(world.asked).toEqual([]);
  });

  it("an engine that does not reach its registry: each image is named, with the way without one", async () => {
    const { problems, warnings } = await preflight(plan, officialImages, worldOf([], unreached));
    expect(warnings).toEqual([]);
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual(
      [mysql, kafka, node].map((reference) => `CDC-709 image ${reference}`),
    );
    expect(problems[0]?.message).toBe(
      "is not on the engine, and the engine does not reach its registry: dial tcp: lookup registry-1.docker.io: no such host",
    );
    expect(problems[0]?.remedy).toMatch(/cdc:images: packages.*CDC_IMAGES.*make images.*docker load/);
  });

  it("a stack that is there is only warned of a registry out of reach, and stopped by an image that there is not", async () => {
    const containers = async () => [container("cdc-dev-kafka", { stack: "cdc-dev" })];
    const away = await preflight(plan, officialImages, worldOf([kafka, node], unreached, { containers }));
    expect([away.problems.length, away.warnings.map(({ code }) => code)]).toEqual([0, ["CDC-709"]]);
    const gone = await preflight(plan, officialImages, worldOf([kafka, node], none, { containers }));
    expect([gone.problems.map(({ code }) => code), gone.warnings.length]).toEqual([["CDC-709"], 0]);
  });

  it("what cannot be found out is a warning", async () => {
    const pull: PullView = { kind: "unknown", why: "no answer within 25 s" };
    const { problems, warnings } = await preflight(plan, officialImages, worldOf([mysql, kafka], pull));
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([{ code: "CDC-709", message: expect.stringMatching(/not known: no answer/) }]);
  });

  it("one that is pinned by a digest that its registry does not have any more: new digests; one that is loaded has a tag alone", async () => {
    const pinned = { ...officialImages, mysql: `mysql:9.7@sha256:${"0".repeat(64)}` };
    const gone = await preflight(plan, pinned, worldOf([kafka, node], none));
    expect(gone.problems[0]?.remedy).toMatch(/; or npm run digests, which/);
    const away = await preflight(plan, pinned, worldOf([kafka, node], unreached));
    expect(away.problems[0]?.remedy).toMatch(/docker load and write mysql:9\.7 into its field \(cdc:mysql\.image/);
  });

  it("an image that a field gives is to be corrected there", async () => {
    const given = planWith({ images: "official", mysql: { image: "example/mysql:9.7" } });
    const world = worldOf([kafka, node], none);
    const { problems } = await preflight(given, { ...officialImages, mysql: "example/mysql:9.7" }, world);
    expect(problems).toMatchObject([
      {
        path: "image example/mysql:9.7",
        remedy: expect.stringMatching(/^correct cdc:mysql\.image; or take .*packages/),
      },
    ]);
  });
});
