/** What `make down` and the mending of `make up` remove, over random engines, plans and states, with docker stood in for. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { engineKinds, type EngineKind, type Thing } from "../../../clients/docker/things.ts";
import { ownThings, type Us } from "../../../preflight/whose.ts";
import { removeStrays, strayContainers } from "../../../tools/toolchain/mend-pending.ts";
import { removeThings, decideVolumes } from "../../../tools/toolchain/owned.ts";
import { ownerIn, resourceCount, volumesIn, type Deployment } from "../../../tools/toolchain/state.ts";
import { describeGoing } from "../../../tools/toolchain/what-goes.ts";

const mine = "00000000000000aa";
const us: Us = { stack: "cdc-dev", checkout: "/here", identities: new Set([mine]), twins: new Set(["/copied"]) };

const anyThing: fc.Arbitrary<Thing> = fc.record({
  kind: fc.constantFrom<EngineKind[]>(...engineKinds),
  name: fc.constantFrom("cdc-dev", "cdc-dev-kafka", "cdc-dev-mysql-3308-data", "cdc-dev-mysql-3309-data", "db"),
  id: fc.stringMatching(/^[0-9a-f]{12}$/),
  ports: fc.constant(new Set<number>()),
  stack: fc.constantFrom("cdc-dev", "cdc-other", undefined),
  kept: fc.constantFrom("cdc-dev", undefined),
  identity: fc.constantFrom(mine, "00000000000000bb", undefined),
  checkout: fc.constantFrom("/here", "/there", "/copied", undefined),
  shard: fc.constantFrom("shard0", "shard1", undefined),
  mysqlVersion: fc.constant("9.7"),
});

const anyState: fc.Arbitrary<Deployment | undefined> = fc.option(
  fc.record({
    resources: fc.array(
      fc.oneof(
        fc.record({
          type: fc.constantFrom("docker:index/volume:Volume", "cdc:index:DataVolume"),
          inputs: fc.record({ name: fc.constantFrom("cdc-dev-mysql-3308-data", "cdc-dev-mysql-3309-data") }),
        }),
        fc.record({
          type: fc.constant("docker:index/container:Container"),
          id: fc.stringMatching(/^[0-9a-f]{12}$/),
        }),
      ),
    ),
  }),
  { nil: undefined },
);

let folder: string;
const removed = () =>
  readFileSync(join(folder, "calls"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(" ").at(-1));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-removal-"));
  writeFileSync(join(folder, "docker"), `#!/bin/sh\necho "$@" >> ${join(folder, "calls")}\n`);
  chmodSync(join(folder, "docker"), 0o755);
  writeFileSync(join(folder, "calls"), "");
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
});
afterEach(() => rmSync(folder, { recursive: true }));

const isOurs = ({ identity, stack, checkout }: Thing) =>
  identity === mine && stack === "cdc-dev" && checkout !== "/copied";

test("nothing without our identity is ever removed by the mending, nor a volume or a network", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(anyThing, { selector: ({ id }) => id }), anyState, async (things, state) => {
      writeFileSync(join(folder, "calls"), "");
      await removeStrays({ things, us, problems: [] }, state);
      const known = new Set(state?.resources?.map(({ id }) => id));
      const expected = things.filter((one) => isOurs(one) && one.kind === "container" && !known.has(one.id));
      expect(new Set(removed())).toEqual(new Set(expected.map(({ id }) => id)));
    }),
    { numRuns: 30 },
  );
});

test("nothing without our identity is ever in what `down` removes, nor a shard's volume that the state does not know", () => {
  fc.assert(
    fc.property(fc.array(anyThing), anyState, fc.boolean(), (things, state, keepsData) => {
      const own = ownThings(things, us);
      expect(own.every(isOurs)).toBe(true);
      const decisions = decideVolumes(own, { known: state && volumesIn(state), keepsData });
      for (const { volume, goes } of decisions) {
        expect(isOurs(volume)).toBe(true);
        if (volume.shard === undefined) expect(goes).toBe(true);
        else
          expect(goes).toBe(
            !keepsData && (state?.resources ?? []).some(({ inputs }) => inputs?.["name"] === volume.name),
          );
      }
    }),
  );
});

describe("removing", () => {
  const thing = (kind: EngineKind, id: string): Thing => ({
    kind,
    id,
    name: id,
    ports: new Set(),
    stack: "cdc-dev",
    kept: undefined,
    identity: mine,
    checkout: "/here",
    shard: undefined,
    mysqlVersion: undefined,
  });

  test("begins with containers, as they hold the rest", async () => {
    await removeThings([thing("network", "n"), thing("volume", "v"), thing("container", "c")]);
    expect(readFileSync(join(folder, "calls"), "utf8")).toBe(
      "container rm --force --volumes c\nvolume rm v\nnetwork rm n\n",
    );
  });

  test("passes over what is gone meanwhile, and says what cannot go", async () => {
    writeFileSync(join(folder, "docker"), '#!/bin/sh\necho "Error: No such volume: v" >&2; exit 1\n');
    await removeThings([thing("volume", "v")]);
    writeFileSync(join(folder, "docker"), '#!/bin/sh\necho "volume is in use" >&2; exit 1\n');
    await expect(removeThings([thing("volume", "v")])).rejects.toThrow(/in use/);
  });

  test("a container that the state knows by another id is a stray one", () => {
    const state: Deployment = { resources: [{ type: "docker:index/container:Container", id: "new" }] };
    expect(strayContainers([thing("container", "old"), thing("container", "new")], state).map(({ id }) => id)).toEqual([
      "old",
    ]);
  });
});

test("a state tells who made the stack, also while that is being written", () => {
  const inputs = { stack: "cdc-dev", identity: mine, checkout: "/here" };
  const identity = { type: "cdc:index:Identity", inputs };
  expect(ownerIn({ resources: [identity] })).toMatchObject({ identity: mine, checkout: "/here" });
  expect(ownerIn({ pending_operations: [{ type: "creating", resource: identity }] })).toMatchObject({ identity: mine });
  expect(ownerIn({ resources: [{ type: "pulumi:pulumi:Stack" }] })).toBeUndefined();
  expect(resourceCount({ resources: [{ type: "pulumi:pulumi:Stack" }, identity] })).toBe(1);
});

describe("what goes is said before", () => {
  const volume = (name: string, shard?: string): Thing => ({
    kind: "volume",
    id: name,
    name,
    ports: new Set(),
    stack: "cdc-dev",
    kept: undefined,
    identity: mine,
    checkout: "/here",
    shard,
    mysqlVersion: undefined,
  });
  const table = { database: "products", table: "t", bytes: 16_384, rows: 5, counted: true };

  test("by shard and database, with rows and size; what stays with how to remove it", () => {
    const own = [volume("a-data", "shard0"), volume("b-data", "shard1"), volume("kafka-data"), volume("code-abc")];
    const decisions = decideVolumes(own, { known: new Set(["a-data"]), keepsData: false });
    const shards = [
      {
        shard: "shard0",
        volume: "a-data",
        bytes: undefined,
        tables: [table, { ...table, table: "u", counted: false }],
      },
    ];
    expect(describeGoing(decisions, shards, [volume("index-data")])).toEqual([
      "  goes:  shard0: products (2 tables, about 10 rows, 32 KiB)",
      "  goes:  what follows from the shards, topics with their offsets and the index: volume kafka-data",
      "  stays: volume b-data (data of shard1, which is not in the stack any more); to remove it for good: docker volume rm b-data",
      "  stays: volume index-data (cdc.kept); to remove it for good: docker volume rm index-data",
    ]);
  });

  test("a server that does not answer is not taken for an empty one", () => {
    const decisions = decideVolumes([volume("a-data", "shard0")], { known: new Set(["a-data"]), keepsData: false });
    const unknown = { shard: "shard0", volume: "a-data", tables: undefined };
    expect(describeGoing(decisions, [{ ...unknown, bytes: undefined }], [])[0]).toMatch(
      /rows are not known; .* of unknown size/,
    );
    expect(describeGoing(decisions, [{ ...unknown, bytes: 2_000_000 }], [])[0]).toMatch(
      /rows are not known; .* 1.9 MiB/,
    );
  });
});
