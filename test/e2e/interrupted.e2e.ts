/**
 * `make up` killed at random moments, of a first start and while a shard is added: the next one ends well, and `make down`
 * leaves nothing, no process either. CDC_KILLS=20 kills that often, half of them in each part, and CDC_KILLS_PER_UP=1
 * lets an `up` follow each that has to end well; CDC_SEED repeats the moments of a run, which are printed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { labelOptions } from "../../clients/docker/labels.ts";
import { Checkout, committedConfig, dockerLines, namesOwnedBy } from "./support/checkout.ts";
import { killedUp, processesIn, randomMoment, seeded } from "./support/kill.ts";
import { succeeded } from "./support/results.ts";
import { until } from "./support/until.ts";

const portOffset = 28_000;
const checkout = new Checkout("e2e-interrupted");
const shards = [{ name: "shard0", port: 3308 }];
const further = { name: "shard1", port: 3309 };

const kills = Number(process.env["CDC_KILLS"] ?? 4);
const killsPerUp = Number(process.env["CDC_KILLS_PER_UP"] ?? 2);
const seed = Number(process.env["CDC_SEED"] ?? Date.now() % 1_000_000);
const random = seeded(seed);
/** About how many operations a first start has, and one shard more. */
const operations = { first: 49, added: 20 };
const rounds = Math.max(1, Math.round(kills / 2 / killsPerUp));

const config = (all: readonly object[]) => ({ portOffset, shards: all });
/** That of a test in vitest.config.ts, for each. */
const timeout = 1_200_000 * rounds;

async function killSome(what: keyof typeof operations): Promise<void> {
  for (let time = 0; time < killsPerUp; time += 1) {
    const moment = randomMoment(random, operations[what]);
    const { killed } = await killedUp(checkout, moment);
    const { operations: begun, laterMs, whom } = moment;
    console.log(
      `seed ${seed}, ${what}: ${killed ? `killed ${whom}` : "ended before it was killed"} after ${begun} operations and ${laterMs} ms`,
    );
  }
}

async function endsWell(names: readonly string[]): Promise<void> {
  const output = succeeded(await checkout.make("up"));
  for (const name of names) expect(output).toMatch(new RegExp(`${name} .*RUNNING .*RUNNING .*\\d+ ms`));
  // What is there is what the state says, and nothing is left to do.
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(/^ +\d+ unchanged$/m);
  const containers = (await namesOwnedBy(checkout.prefix)).filter((name) => name.startsWith("container "));
  expect(containers).toHaveLength(names.length + 3);
}

async function leavesNothing(): Promise<void> {
  succeeded(await checkout.make("down"));
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
  await noProcessIsLeft();
}

/** Linux tells where a process works. The plugins look every few seconds whether their engine is there. */
async function noProcessIsLeft(): Promise<void> {
  const look = async () => processesIn(checkout.folder);
  await until("no process works in the checkout", look, (left) => left.length === 0);
}

beforeAll(async () => {
  await checkout.create(config(shards));
});

afterAll(async () => {
  await checkout.remove();
});

test("a first start that is killed, again and again, ends well when it is let", { timeout }, async () => {
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) await leavesNothing();
    await killSome("first");
    await endsWell(["shard0"]);
  }
});

test("so does one that adds a shard", { timeout }, async () => {
  const committed = await committedConfig("dev");
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) {
      await leavesNothing();
      await checkout.writeConfig({ ...committed, ...config(shards) });
      succeeded(await checkout.make("up"));
    }
    await checkout.writeConfig({ ...committed, ...config([...shards, further]) });
    await killSome("added");
    await endsWell(["shard0", "shard1"]);
  }
});

test("a state that a kill cut off while it was written is taken from Pulumi's copy; so are its attributes mended", async () => {
  const file = join(checkout.folder, ".cdc/state/.pulumi/stacks/cdc", `${checkout.stack}.json`);
  await writeFile(`${file}.attrs`, "");
  expect((await checkout.pulumi("stack", "export")).output).toContain("EOF");
  await endsWell(["shard0", "shard1"]);
  await writeFile(file, "");
  expect(succeeded(await checkout.make("up"))).toMatch(
    /the state of e2e-interrupted was cut off .* took Pulumi's copy/,
  );
  await endsWell(["shard0", "shard1"]);
});

test("a network and a container of our own that the state does not know are no obstacle", async () => {
  await leavesNothing();
  const [identity = ""] = (await readFile(join(checkout.folder, ".cdc/identity"), "utf8")).split("\n");
  const labels = { "cdc.stack": checkout.prefix, "cdc.identity": identity, "cdc.checkout": checkout.folder };
  await dockerLines("network", "create", ...labelOptions(labels), checkout.prefix);
  const image = await dockerLines("image", "ls", "--quiet", "cdc-prepared/broker");
  await dockerLines(
    "container",
    "create",
    ...labelOptions(labels),
    "--name",
    `${checkout.prefix}-kafka`,
    String(image[0]),
  );
  const output = succeeded(await checkout.make("up"));
  expect(output).toMatch(/removed 1 container of ours that the state does not know/);
  expect(output).toMatch(/cdc-e2e-interrupted was there already, made by an `up` that did not end/);
});

test("what pulumi has started ends with it, and `make down` leaves nothing of an `up` that was killed", async () => {
  await leavesNothing();
  const { killed, output } = await killedUp(checkout, { operations: 15, laterMs: 1000, whom: "group" });
  expect(killed, output).toBe(true);
  await noProcessIsLeft();
  await leavesNothing();
});
