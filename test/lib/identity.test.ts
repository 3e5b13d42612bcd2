import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  identitiesOf,
  knowsIdentity,
  newIdentity,
  noteIdentity,
  parseIdentities,
  statePlace,
} from "../../lib/identity.ts";

const [one, two] = ["00000000000000aa", "00000000000000bb"];
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "cdc-identity-")));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("an identity is noted once, in a file of the user's own, and read back; a checkout without one has none", async () => {
  expect(await identitiesOf(folder)).toEqual([]);
  await noteIdentity(folder, { id: one, shared: false });
  await noteIdentity(folder, { id: one, shared: false });
  await noteIdentity(folder, { id: two, shared: true });
  expect(await identitiesOf(folder)).toEqual([
    { id: one, shared: false },
    { id: two, shared: true },
  ]);
  expect(statSync(join(folder, ".cdc", "identity")).mode & 0o777).toBe(0o600);
  expect([await knowsIdentity(folder, one), await knowsIdentity(folder, two)]).toEqual([true, false]);
  expect(await knowsIdentity(join(folder, "nowhere"), one)).toBe(false);
});

test("two stacks of a checkout that come up at once both find theirs in the file", async () => {
  await Promise.all([one, two].map(async (id) => await noteIdentity(folder, { id, shared: false })));
  expect((await identitiesOf(folder)).map(({ id }) => id).toSorted()).toEqual([one, two]);
});

test("lines that are no identity are passed over", () => {
  expect(parseIdentities(`\n${one}\nnonsense\n${two.slice(0, 5)}`)).toEqual([{ id: one, shared: false }]);
});

test("what cannot be read is no checkout without an identity", async () => {
  mkdirSync(join(folder, ".cdc", "identity"), { recursive: true });
  await expect(identitiesOf(folder)).rejects.toThrow(/EISDIR/);
});

test("identities differ", () => {
  expect(newIdentity()).toMatch(/^[0-9a-f]{16}$/);
  expect(newIdentity()).not.toBe(newIdentity());
});

test("where the state is", () => {
  const other = join(folder, "other");
  mkdirSync(join(other, ".cdc", "state"), { recursive: true });
  symlinkSync(folder, join(folder, "link"));
  writeFileSync(join(folder, "x"), readFileSync("/dev/null"));
  expect(statePlace(undefined, folder)).toEqual({ kind: "shared" });
  expect(statePlace("s3://states", folder)).toEqual({ kind: "shared" });
  expect(statePlace("file:///var/states", folder)).toEqual({ kind: "shared" });
  expect(statePlace(`file://${folder}/.cdc/state`, folder)).toEqual({ kind: "own" });
  expect(statePlace(`file://${folder}/link/.cdc/state/`, folder)).toEqual({ kind: "own" });
  expect(statePlace(`file://${other}/.cdc/state`, folder)).toEqual({ kind: "other checkout", folder: other });
});
