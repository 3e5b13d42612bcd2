/** Two clones of the project on one engine, with a stack of one name: the second touches nothing of the first, whatever is said to it. */
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Checkout, dockerLines, execute, namesOwnedBy, type Result } from "./support/checkout.ts";
import { failed, succeeded } from "./support/results.ts";

const portOffset = 27_000;
const first = new Checkout("e2e-clones", "e2e-clone-1");
const second = new Checkout("e2e-clones", "e2e-clone-2");
/** Made by the commands that the refusal names. */
const beside = new Checkout("e2e-clones2", "e2e-clone-2");
const copy = new Checkout("e2e-clones", "e2e-clone-copy");

/** Everything of the first clone's, with what changes when it is made anew or started anew. */
async function firstOnEngine(): Promise<string[]> {
  const label = `label=cdc.stack=${first.prefix}`;
  const list = async (...args: string[]) => await dockerLines(...args, "--filter", label);
  const containers = await list("container", "ls", "--all", "--no-trunc", "--quiet");
  const volumes = await list("volume", "ls", "--quiet");
  return [
    ...(await dockerLines(
      "inspect",
      "--format",
      "{{.Id}} {{.Created}} {{.State.StartedAt}} {{.State.Status}}",
      ...containers,
    )),
    ...(await dockerLines("volume", "inspect", "--format", "{{.Name}} {{json .Labels}}", ...volumes)),
    ...(await list("network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}")),
  ].toSorted();
}

async function cdc(checkout: Checkout, ...args: string[]): Promise<Result> {
  return await execute([join(checkout.folder, "bin", "cdc"), "-s", checkout.stack, ...args], {
    cwd: checkout.folder,
    env: checkout.environment(),
  });
}

let before: string[];

beforeAll(async () => {
  await first.create({ portOffset, shards: [{ name: "shard0", port: 3308 }] });
  await second.create({ portOffset, shards: [{ name: "shard0", port: 3308 }] });
  succeeded(await first.make("up"));
  before = await firstOnEngine();
  expect(before.length).toBeGreaterThan(7);
});

afterAll(async () => {
  await beside.remove();
  await first.remove();
  await rm(second.folder, { recursive: true, force: true });
  await rm(copy.folder, { recursive: true, force: true });
});

describe("in a second clone with the same stack", () => {
  test.each(["preview", "up", "down", "FORCE=1 down"])(
    "`make %s` is refused, and names the first one's folder",
    async (verb) => {
      const output = failed(await second.make(...verb.split(" ")));
      expect(output).toMatch(/CDC-720 stack cdc-e2e-clones: 4 containers, 5 volumes, 2 networks on this engine/);
      expect(output).toContain(`made by the checkout ${first.folder}`);
      expect(output).toContain(`make -C ${first.folder} STACK=e2e-clones down`);
      expect(await firstOnEngine()).toEqual(before);
    },
  );

  test("so are plain `pulumi preview` and `pulumi up`, before the first resource; `make down` removes that state alone", async () => {
    succeeded(await second.make("toolchain"));
    succeeded(await second.pulumi("stack", "init"));
    for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const output = failed(await second.pulumi(...args));
      expect(output).toMatch(/CDC-720/);
      expect(output).toContain(first.folder);
      expect(output).not.toMatch(/(docker|kafka|mysql|command):index/);
    }
    expect(succeeded(await second.make("down"))).toMatch(
      /left alone: 4 containers, 5 volumes, 2 networks .*e2e-clone-1/,
    );
    expect(await firstOnEngine()).toEqual(before);
  });

  test("`cdc` says whose stack it looks at, and changes nothing", async () => {
    const looked = await cdc(second, "status");
    expect(looked.output).toContain(`this is stack cdc-e2e-clones of the checkout ${first.folder}`);
    const { stdout } = await promisify(execFile)(
      join(second.folder, "bin", "cdc"),
      ["-s", second.stack, "status", "--json"],
      { cwd: second.folder, env: second.environment() },
    ).catch((error: unknown) => error as { stdout: string });
    expect(JSON.parse(stdout)).toMatchObject({ stackOf: expect.stringContaining(first.folder) as string });
    for (const command of [
      ["pause", "shard0"],
      ["offsets", "reset", "shard0", "--yes"],
      ["verify"],
      ["log-level", "org.x", "DEBUG"],
    ]) {
      const { code, output } = await cdc(second, ...command);
      expect(code, output).toBe(2);
      expect(output).toContain(first.folder);
    }
    const own = await cdc(first, "status");
    expect(own.output).not.toContain("this is stack");
    expect(own.code, own.output).toBe(0);
  });

  test("the commands that the refusal names bring it up beside the first", async () => {
    const { output } = await second.make("up");
    const commands = /to have both: (awk .* && make STACK=e2e-clones2 up)/.exec(output)?.[1] ?? "";
    // One that is free now; other tests may be about to take its ports. Beside that the commands are run as they are.
    expect(commands).toMatch(/cdc:portOffset: \d+000"/);
    const here = commands.replace(/portOffset: \d+/, `portOffset: ${portOffset + 100}`);
    succeeded(await execute(["sh", "-c", here], { cwd: second.folder, env: second.environment() }));
    expect(await readFile(join(second.folder, "Pulumi.e2e-clones2.yaml"), "utf8")).toContain("cdc:portOffset: 27100");
    expect(await namesOwnedBy(beside.prefix)).toContain("container cdc-e2e-clones2-mysql-3308");
    expect(succeeded(await first.pulumi("preview"))).toMatch(/^ +\d+ unchanged$/m);
    expect(succeeded(await beside.pulumi("preview"))).toMatch(/^ +\d+ unchanged$/m);
  });

  test("it goes without touching the first, by plain `pulumi destroy`", async () => {
    succeeded(await beside.pulumi("destroy", "--yes", "--skip-preview"));
    expect(await namesOwnedBy(beside.prefix)).toEqual([]);
    expect(await firstOnEngine()).toEqual(before);
  });
});

describe("a folder that was copied, `.cdc/` and all", () => {
  beforeAll(async () => {
    await rm(copy.folder, { recursive: true, force: true });
    // Links instead of 300 MB; what may be written is a copy indeed.
    await execute(["cp", "-al", first.folder, copy.folder]);
    await rm(join(copy.folder, ".cdc"), { recursive: true });
    await execute(["cp", "-r", join(first.folder, ".cdc"), join(copy.folder, ".cdc")]);
  });

  test.each(["up", "preview", "down", "FORCE=1 down"])("`make %s` is refused as a copy's", async (verb) => {
    const output = failed(await copy.make(...verb.split(" ")));
    expect(output).toMatch(/CDC-722 stack cdc-e2e-clones: this folder is a copy of the checkout/);
    expect(output).toContain(first.folder);
    expect(await firstOnEngine()).toEqual(before);
  });

  test("`make toolchain` writes no environment with which plain pulumi would remove the original's", async () => {
    const output = failed(await copy.make("toolchain"));
    expect(output).toMatch(/CDC-722/);
  });

  test("plain pulumi with the copied environment, which is the original's, is refused", async () => {
    const output = failed(await copy.pulumi("preview"));
    expect(output).toMatch(/CDC-723 PULUMI_BACKEND_URL: this shell uses the state of another checkout/);
  });

  test("`cdc` changes nothing there either", async () => {
    const { code, output } = await cdc(copy, "pause", "shard0");
    expect(code, output).toBe(2);
    expect(output).toContain(first.folder);
  });

  test("without the copied `.cdc/` it is a clone like any other", async () => {
    await rm(join(copy.folder, ".cdc"), { recursive: true });
    expect((await copy.make("up")).output).toMatch(/CDC-720/);
    expect(await firstOnEngine()).toEqual(before);
  });
});

describe("what has no identity", () => {
  test("a volume by hand, by a planned name, is neither adopted nor removed", async () => {
    const volume = `${beside.prefix}-mysql-shard0-data`;
    await dockerLines("volume", "create", volume);
    try {
      const output = failed(await beside.make("up"));
      expect(output).toMatch(/CDC-721 stack cdc-e2e-clones2: 1 volume on this engine: made by an earlier version/);
      expect(output).toContain(`docker volume rm ${volume}`);
      await beside.make("FORCE=1", "down");
      expect(await dockerLines("volume", "ls", "--quiet", "--filter", `name=^${volume}$`)).toEqual([volume]);
    } finally {
      await dockerLines("volume", "rm", volume);
    }
  });

  test("our own of an earlier life are told as such, and removed once their identity is known again", async () => {
    const network = beside.prefix;
    const label = (name: string, value: string) => ["--label", `cdc.${name}=${value}`];
    const labels = [
      ...label("stack", network),
      ...label("identity", "0123456789abcdef"),
      ...label("checkout", beside.folder),
    ];
    await dockerLines("network", "create", ...labels, network);
    const { output } = await beside.make("down");
    expect(output).toContain(
      "this folder, before its .cdc/ was removed, or one of that name on another machine (identity 0123456789abcdef)",
    );
    const remedy = /(mkdir -p \S+ && echo 0123456789abcdef >> \S+), then make down/.exec(output)?.[1] ?? "";
    expect(remedy).not.toBe("");
    succeeded(await execute(["sh", "-c", remedy]));
    succeeded(await beside.make("down"));
    expect(await dockerLines("network", "ls", "--quiet", "--filter", `name=^${network}$`)).toEqual([]);
  });
});

test("`make down` in the first removes all of it", async () => {
  succeeded(await first.make("down"));
  expect(await namesOwnedBy(first.prefix)).toEqual([]);
});
