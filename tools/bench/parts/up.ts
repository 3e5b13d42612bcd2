/** How long a cold start takes, beside the same containers by hand and by Docker Compose; and a removal. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alternate, type Comparison, type Context, type Part, type Series } from "../lib/measure.ts";
import { make, passwordsOf, planOf, removeStack, writeStack, type BenchStack } from "../lib/stack.ts";
import type { ByHand } from "../peers/bare.ts";
import { startByHand } from "../peers/by-hand.ts";
import { ensureCompose, startByCompose } from "../peers/compose.ts";
import { plainContainers } from "../peers/containers.ts";
import { pluginVolumes, unpackPlugins } from "../peers/plugin.ts";
import { recordStack } from "../peers/record.ts";
import { removeByHand } from "../peers/remove.ts";
import { allTopics, probeTopics } from "../peers/topics.ts";

const tuned = "bare containers, tuned";
const untuned = "bare containers, untuned";
const compose = "Docker Compose";

export const upPart: Part = {
  name: "up",
  about: "cold up until a change was seen on every shard, and down",
  async run(context) {
    const { say, rounds = 3 } = context;
    const program = await ensureCompose(say);
    const folder = await mkdtemp(join(tmpdir(), "cdc-bench-up-"));
    const stack = await writeStack("bench", {});
    try {
      const { byHand, plain, plugins } = await prepare(stack, folder, context);
      const { plan, passwords } = byHand;
      const downs: number[] = [];
      const removals: number[] = [];
      const [ours, ...peers] = await alternate(
        rounds,
        [
          { name: "make up", run: async () => await upAndDown(stack, context, downs) },
          {
            name: tuned,
            run: async () => await byHandAndBack(byHand, allTopics(plan), removals),
          },
          { name: untuned, run: async () => await byHandAndBack(plain.byHand, probeTopics(plan), []) },
          {
            name: compose,
            run: async () =>
              await startByCompose(program, { plan, images: plain.images, passwords, plugins }, probeTopics(plan)),
          },
        ],
        say,
      );
      return [
        {
          id: "up.cold",
          title: "cold up, until a change was seen on every shard",
          unit: "s",
          ours: named(ours),
          peers,
          bounds: [
            { atMost: 15 },
            { peer: tuned, atMost: 1.5 },
            { peer: untuned, atMost: 0.5 },
            { peer: compose, atMost: 0.5 },
          ],
        },
        down("up.down", "removal of the stack", downs, [
          { name: "docker rm --force, volumes, network", values: removals },
        ]),
      ];
    } finally {
      await removeStack(stack, context.env);
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export const upReadSidePart: Part = {
  name: "up-read-side",
  about: "cold up with the read side until a change of every shard was found by a search, and down",
  async run(context) {
    const { say, rounds = 3 } = context;
    const stack = await writeStack("bench", { readSide: { enabled: true } });
    try {
      const downs: number[] = [];
      const up = async () => await upAndDown(stack, context, downs);
      const [ours] = await alternate(rounds, [{ name: "make up", run: up }], say);
      return [
        {
          id: "up-read-side.cold",
          title: "cold up with the read side, until a change of every shard was found by a search",
          unit: "s",
          ours: named(ours),
          peers: [],
          bounds: [{ atMost: 25 }],
        },
        down("up-read-side.down", "removal of the stack with the read side", downs, []),
      ];
    } finally {
      await removeStack(stack, context.env);
    }
  },
};

/** Brings the stack up once, to see which containers it has now; what is measured begins after that. */
async function prepare(stack: BenchStack, folder: string, { env, say }: Context) {
  say("bringing the stack up once, to start the same containers by hand later");
  await make(stack, "up", env);
  const { plan, images } = await planOf(stack);
  const passwords = await passwordsOf(stack, env);
  const recorded = await recordStack(stack.label, folder);
  await make(stack, "down", env);

  const plugins = join(folder, "plugins");
  await unpackPlugins(plan, plugins);
  const shared = { plan, passwords, shards: plan.shards, createsNetwork: true };
  const byHand: ByHand = { ...shared, ...recorded };
  const plain: ByHand = {
    ...shared,
    containers: plainContainers(plan, images, passwords),
    filled: pluginVolumes(plan, images.kafka),
  };
  return { byHand, plain: { byHand: plain, images }, plugins };
}

async function upAndDown(stack: BenchStack, { env }: Context, downs: number[]): Promise<number> {
  const seconds = await make(stack, "up", env);
  downs.push(await make(stack, "down", env));
  return seconds;
}

async function byHandAndBack(
  byHand: ByHand,
  topics: Parameters<typeof startByHand>[1],
  removals: number[],
): Promise<number> {
  try {
    return await startByHand(byHand, topics);
  } finally {
    removals.push(await removeByHand(byHand.plan.stack));
  }
}

function down(id: string, title: string, values: readonly number[], peers: readonly Series[]): Comparison {
  return { id, title, unit: "s", ours: { name: "make down", values }, peers, bounds: [{ atMost: 15 }] };
}

function named(series: Series | undefined): Series {
  if (series === undefined) throw new Error("no case was measured");
  return series;
}
