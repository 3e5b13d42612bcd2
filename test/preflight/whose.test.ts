import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { engineNames } from "../../plan/owner.ts";
import { engineKinds, type EngineKind, type Thing } from "../../clients/docker/things.ts";
import { describeThings, freeOffset, conflictProblems, type Asked } from "../../preflight/name-conflicts.ts";
import { ourselves, ownThings, conflictingThings, whoseIs, type Us } from "../../preflight/whose.ts";
import { planWith } from "../support/fake-world.ts";

const mine = "00000000000000aa";
const theirs = "00000000000000bb";
const us: Us = { stack: "cdc-dev", checkout: "/here", identities: new Set([mine]), twins: new Set(["/copied"]) };

function thing(fields: Partial<Thing> = {}): Thing {
  return {
    kind: "container",
    name: "cdc-dev-kafka",
    id: "id",
    ports: new Set(),
    stack: "cdc-dev",
    kept: undefined,
    identity: mine,
    checkout: "/here",
    shard: undefined,
    mysqlVersion: undefined,
    ...fields,
  };
}

const asked: Asked = { name: "dev", names: engineNames(planWith()), ports: [3308, 9092], portOffset: 0 };

test.each<[string, Partial<Thing>, ReturnType<typeof whoseIs>]>([
  ["ours", {}, "own"],
  ["ours, made before the folder was moved", { checkout: "/gone" }, "own"],
  ["kept by us", { stack: undefined, kept: "cdc-dev" }, "own"],
  ["of another stack of ours", { stack: "cdc-other" }, "sibling"],
  ["of another checkout", { identity: theirs, checkout: "/there" }, "other"],
  ["of another checkout that claims our folder", { identity: theirs }, "other"],
  ["of the checkout that we are a copy of", { checkout: "/copied" }, "twin"],
  ["without an identity", { identity: undefined }, "nobody"],
  ["made by hand", { identity: undefined, stack: undefined, checkout: undefined }, "nobody"],
])("a thing %s", (_what, fields, whose) => {
  expect(whoseIs(thing(fields), us)).toBe(whose);
});

describe("what is in the way", () => {
  test.each<[string, Partial<Thing>, string[]]>([
    ["nothing, of what is ours", {}, []],
    ["nothing, of another stack with names of its own", { identity: theirs, stack: "cdc-x", name: "cdc-x-kafka" }, []],
    ["another's, by the stack's label", { identity: theirs, checkout: "/there", name: "any" }, ["CDC-720"]],
    ["another's, by a planned name", { identity: theirs, checkout: "/there", stack: "cdc-x" }, ["CDC-720"]],
    [
      "a volume by hand, by a planned name",
      { kind: "volume", name: "cdc-dev-mysql-shard0-data", stack: undefined, identity: undefined },
      ["CDC-721"],
    ],
    ["a network by hand", { kind: "network", name: "cdc-dev", stack: undefined, identity: undefined }, ["CDC-721"]],
    ["an earlier version's", { identity: undefined, checkout: undefined }, ["CDC-721"]],
    ["the original's, of which this is a copy", { checkout: "/copied" }, ["CDC-722"]],
    [
      "a kept volume of another's",
      { kind: "volume", name: "cdc-dev-kafka-data", stack: undefined, kept: "cdc-dev", identity: theirs },
      ["CDC-720"],
    ],
    [
      "nothing, of another kind by the same name",
      { kind: "volume", name: "cdc-dev-kafka", stack: undefined, identity: undefined },
      [],
    ],
  ])("%s", (_what, fields, codes) => {
    expect(conflictProblems([thing(fields)], us, asked).map(({ code }) => code)).toEqual(codes);
  });

  test("is told once for each who made it, with the folder, what is there, and the two lines that differ", () => {
    const other = { identity: theirs, checkout: "/there" };
    const things = [
      thing({ ...other, ports: new Set([3308, 10_092]) }),
      thing({ ...other, kind: "volume", name: "v" }),
      thing({ ...other, kind: "volume", name: "w" }),
      thing({ identity: undefined, checkout: undefined, name: "old" }),
    ];
    const [first, second, ...others] = conflictProblems(things, us, asked);
    expect(others).toEqual([]);
    expect(first?.message).toBe(
      "1 container, 2 volumes on this engine: made by the checkout /there, a folder that is not on this machine",
    );
    expect(first?.remedy).toContain('print "  cdc:portOffset: 2000"');
    expect(first?.remedy).toContain("Pulumi.dev.yaml > Pulumi.dev2.yaml && make STACK=dev2 up");
    expect(second?.message).toMatch(/an earlier version of this project, or somebody by hand/);
    expect(second?.remedy).toMatch(/make down.*docker container rm --force old/);
  });

  test("names our own folder's earlier life as such, and how to make it known again", () => {
    const [found] = conflictProblems([thing({ identity: theirs })], us, asked);
    expect(found?.message).toContain(
      `this folder, before its .cdc/ was removed, or one of that name on another machine (identity ${theirs})`,
    );
    expect(found?.remedy).toContain(`echo ${theirs} >> /here/.cdc/identity`);
  });
});

test.each([
  [[3308], 0, [], 1000],
  [[3308], 0, [4308, 5308], 3000],
  [[4308], 1000, [4308, 5308], 3000],
  [[64_000], 0, [], 1000],
])("a free offset for ports %j at %i, taken %j, is %i", (ports, portOffset, taken, expected) => {
  expect(freeOffset({ ports, portOffset }, new Set(taken))).toBe(expected);
});

test("things are described by how many there are of each kind", () => {
  expect(describeThings([thing()])).toBe("1 container");
});

describe("who asks", () => {
  let base: string;
  const folder = (name: string, ...identities: string[]) => {
    const path = join(base, name);
    mkdirSync(join(path, ".cdc"), { recursive: true });
    if (identities.length > 0) writeFileSync(join(path, ".cdc", "identity"), identities.join("\n"));
    return path;
  };
  const ask = async (checkout: string, things: Thing[] = [], more: object = {}) =>
    await ourselves({ stack: "cdc-dev", checkout, place: { kind: "own" }, ...more }, things);
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "cdc-whose-"));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  test("a new checkout has no identity", async () => {
    expect((await ask(folder("new"))).identities).toEqual(new Set());
  });

  test("the state's identity and the file's are ours", async () => {
    const state = { identity: theirs, checkout: "/gone" };
    const found = await ask(folder("a", mine), [], { state });
    expect([...found.identities].toSorted()).toEqual([mine, theirs]);
    expect(found.twins).toEqual(new Set());
  });

  test("a copied folder has a twin, by its state or by what is on the engine; a moved one has none", async () => {
    const [original, copy] = [folder("original", mine), folder("copy", mine)];
    const state = { identity: mine, checkout: original };
    expect((await ask(copy, [], { state })).twins).toEqual(new Set([original]));
    expect((await ask(copy, [thing({ checkout: original })])).twins).toEqual(new Set([original]));
    expect((await ask(original, [thing({ checkout: original })], { state })).twins).toEqual(new Set());
    rmSync(original, { recursive: true });
    expect((await ask(copy, [thing({ checkout: original })], { state })).twins).toEqual(new Set());
    // Somebody has cloned to where it was.
    folder("original", theirs);
    expect((await ask(copy, [], { state })).twins).toEqual(new Set());
  });

  test("a state that is shared makes no copies of those who use it", async () => {
    const [first, second] = [folder("first", mine), folder("second", `${mine} shared`)];
    const state = { identity: mine, checkout: first };
    expect((await ask(second, [thing({ checkout: first })], { state, place: { kind: "shared" } })).twins.size).toBe(0);
    expect((await ask(second, [thing({ checkout: first })])).twins.size).toBe(0);
  });
});

/** Any engine: things of ours, of other checkouts, of copies and of nobody, by names that are ours and others. */
export const anyThing: fc.Arbitrary<Thing> = fc.record({
  kind: fc.constantFrom<EngineKind[]>(...engineKinds),
  name: fc.constantFrom("cdc-dev", "cdc-dev-kafka", "cdc-dev-mysql-3308-data", "cdc-other-kafka", "db"),
  id: fc.uuid(),
  ports: fc.constant(new Set<number>()),
  stack: fc.constantFrom("cdc-dev", "cdc-other", undefined),
  kept: fc.constantFrom("cdc-dev", undefined),
  identity: fc.constantFrom(mine, theirs, undefined),
  checkout: fc.constantFrom("/here", "/there", "/copied", undefined),
  shard: fc.constantFrom("shard0", "shard9", undefined),
  mysqlVersion: fc.constant(undefined),
});

test("nothing is own that has not our identity and our stack's label, whatever its name", () => {
  fc.assert(
    fc.property(fc.array(anyThing), (things) => {
      const own = ownThings(things, us);
      expect(
        own.every(
          ({ identity, stack, checkout }) => identity === mine && stack === "cdc-dev" && checkout !== "/copied",
        ),
      ).toBe(true);
      const strange = conflictingThings(things, us, asked.names);
      expect(strange.filter((one) => own.includes(one))).toEqual([]);
      // What goes by the stack's label is one or the other: nothing is passed over.
      expect(things.filter(({ stack }) => stack === "cdc-dev")).toEqual(
        things.filter((one) => own.includes(one) || (strange.includes(one) && one.stack === "cdc-dev")),
      );
    }),
  );
});
