/** Whose stack a command looks at, with docker stood in for. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { UnreachableError, UsageError } from "../../cli/exit.ts";
import { lookedAt } from "../../cli/whose.ts";
import { asJson, lookingAt } from "../../cli/output.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { identitiesOf } from "../../lib/identity.ts";
import { planWith } from "../support/fake-world.ts";

vi.mock("../../lib/identity.ts", async (original) => ({
  ...(await original<typeof import("../../lib/identity.ts")>()),
  identitiesOf: vi.fn(),
}));

const mine = "00000000000000aa";
const plan = planWith();
let folder: string;

/** A docker whose only container has these labels and ports. */
function dockerWith(name: string, ports: string, labels: readonly string[]): void {
  const line = [name, "id", ports, ...labels].join(String.raw`\t`);
  const script = `#!/bin/sh\n[ "$1" = container ] && printf '${line}\\n'\nexit 0\n`;
  writeFileSync(join(folder, "docker"), script);
  chmodSync(join(folder, "docker"), 0o755);
}
/** Labels in the order of the listing: stack, kept, identity, checkout, shard, MySQL's version. */
const labels = (stack: string, identity: string, checkout: string) => [stack, "", identity, checkout, "", ""];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-cli-whose-"));
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
  vi.mocked(identitiesOf).mockImplementation((checkout) =>
    Promise.resolve(checkout === checkoutFolder ? [{ id: mine, shared: false }] : []),
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  lookingAt(undefined);
});

test("this checkout's stack is looked at and changed without a word", async () => {
  dockerWith("cdc-dev-kafka", "127.0.0.1:9092->9092/tcp", labels("cdc-dev", mine, checkoutFolder));
  expect(await lookedAt("dev", plan, "reads")).toBeUndefined();
  expect(await lookedAt("dev", plan, "changes")).toBeUndefined();
});

describe.each([
  ["by its label", "cdc-dev-x", "", labels("cdc-dev", "00000000000000bb", "/there")],
  ["by a name", "cdc-dev-kafka", "", labels("cdc-x", "00000000000000bb", "/there")],
  [
    "by a port, as a stack of another name without an offset of its own",
    "cdc-x-kafka",
    "127.0.0.1:8083->8083/tcp",
    labels("cdc-x", mine, "/there"),
  ],
  ["by a name, without labels", "cdc-dev-kafka", "", labels("", "", "")],
])("another's, met %s", (_how, name, ports, given) => {
  beforeEach(() => dockerWith(name, ports, given));

  test("is looked at with a word, which a result in JSON has too", async () => {
    const owner = await lookedAt("dev", plan, "reads");
    expect(owner).toMatch(given[3] === "" ? /an earlier version/ : /of the checkout \/there/);
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    lookingAt(owner);
    expect(error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`this is ${owner}`));
    expect(asJson({ healthy: true })).toEqual({ healthy: true, stackOf: owner });
    expect(asJson([1])).toEqual([1]);
  });

  test("is not changed", async () => {
    const changed = lookedAt("dev", plan, "changes");
    await expect(changed).rejects.toBeInstanceOf(UsageError);
    await expect(changed).rejects.toThrow(/not this checkout's: .*nothing was changed/);
  });

  test("does not matter to who reads the plan alone", async () => {
    expect(await lookedAt("dev", plan, "plan")).toBeUndefined();
  });
});

test("without an engine to ask, looking goes on and changing does not", async () => {
  writeFileSync(join(folder, "docker"), "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2; exit 1\n");
  chmodSync(join(folder, "docker"), 0o755);
  expect(await lookedAt("dev", plan, "reads")).toBeUndefined();
  const changed = lookedAt("dev", plan, "changes");
  await expect(changed).rejects.toBeInstanceOf(UnreachableError);
  await expect(changed).rejects.toThrow(/is not known: Cannot connect/);
});
