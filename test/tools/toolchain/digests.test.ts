/** The digests of official images: what is known, and what the command makes of the registries' answers. */
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PullView } from "../../../clients/docker/registry.ts";
import { imagesOf, officialImages } from "../../../config/images.ts";
import { imageDigestsFile, pinned, unpinned, type ImageDigests } from "../../../lib/image-digests.ts";
import { digests, findDigests, pinnedReferences } from "../../../tools/toolchain/digests.ts";
import { fakeDocker } from "../../support/fake-docker.ts";

const one = `sha256:${"1".repeat(64)}`;
const two = `sha256:${"2".repeat(64)}`;
const known = JSON.parse(readFileSync(imageDigestsFile, "utf8")) as ImageDigests;

describe("the file of digests", () => {
  test("has a line for each tag of ours and no other; after a change of one, `npm run digests` writes it", () => {
    expect(Object.keys(known)).toEqual(pinnedReferences);
  });

  test("has digests of SHA-256, or says that none is known", () => {
    for (const digest of Object.values(known)) expect(digest ?? one).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test("is what a plan's official images are taken by; those of other versions, and of one's own, are taken as they are written", () => {
    for (const reference of Object.values(officialImages)) expect(reference).toBe(pinned(unpinned(reference)));
    const plan = { source: "official", mysqlVersion: "9.7.0", kafkaVersion: "3.9.1" } as const;
    const own = {
      mysql: undefined,
      kafka: undefined,
      node: "registry/node:24",
      opensearch: undefined,
      prometheus: undefined,
      alertmanager: undefined,
    };
    expect(imagesOf({ ...plan, ...own })).toMatchObject({
      mysql: "mysql:9.7.0",
      kafka: "apache/kafka:3.9.1",
      node: "registry/node:24",
    });
  });

  test("a digest is added to its tag, and taken off again", () => {
    const [reference, digest] = Object.entries(known).find(([, value]) => value !== null) ?? [];
    expect(pinned(reference ?? "")).toBe(`${reference}@${digest}`);
    expect(unpinned(pinned(reference ?? ""))).toBe(reference);
    expect(pinned("some/other:1")).toBe("some/other:1");
    expect(unpinned("some/other:1")).toBe("some/other:1");
  });
});

test("what differs is told, what is not answered stays, what is not used any more goes", async () => {
  const answers: Readonly<Record<string, PullView>> = {
    "same:1": { kind: "there", digest: one },
    "moved:1": { kind: "there", digest: two },
    "new:1": { kind: "there", digest: two },
    "away:1": { kind: "unreached", why: "no such host" },
    "secret:1": { kind: "there" },
  };
  const before = { "same:1": one, "moved:1": one, "away:1": one, "secret:1": null, "old:1": one };
  const look = async (reference: string): Promise<PullView> => answers[reference] ?? { kind: "none", why: "" };
  expect(await findDigests(Object.keys(answers), before, look)).toEqual({
    digests: { "same:1": one, "moved:1": two, "new:1": two, "away:1": one, "secret:1": null },
    lines: [
      `moved:1: ${one} → ${two}`,
      `new:1: by its tag alone → ${two}`,
      `away:1: not asked for (no such host); it stays ${one}`,
      "secret:1: not asked for (the registry tells it only to who is logged in); it stays by its tag alone",
      "old:1: not used any more",
    ],
    isComplete: false,
  });
});

describe("the command", () => {
  const { says } = fakeDocker();

  test.each([
    [false, two, 0, { "a/b:1": two }],
    [true, two, 1, { "a/b:1": one }],
    [true, one, 0, { "a/b:1": one }],
  ])("with isCheck %s, and %s in the registry, ends with %i", async (isCheck, digest, code, written) => {
    says(`printf 'HTTP/1.1 200 OK\\r\\n\\r\\n{"Descriptor":{"digest":"${digest}"}}'`);
    const folder = await mkdtemp(join(tmpdir(), "cdc-digests-"));
    try {
      const file = join(folder, "digests.json");
      await writeFile(file, JSON.stringify({ "a/b:1": one }));
      expect(await digests({ isCheck, references: ["a/b:1"], file, log: () => {} })).toBe(code);
      expect(JSON.parse(await readFile(file, "utf8"))).toEqual(written);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
