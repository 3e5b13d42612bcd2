/** How long changes of a running stack take: none at all, a further shard, an option, a mistake. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alternate, type Bound, type Case, type Comparison, type Context, type Part } from "../lib/measure.ts";
import { make, passwordsOf, planOf, removeStack, writeStack, type BenchStack } from "../lib/stack.ts";
import { ConnectClient } from "../../../clients/connect/client.ts";
import { systemClock } from "../../../clients/connect/clock.ts";
import { awaitState } from "../../../clients/connect/status.ts";
import { run } from "../../../lib/run.ts";
import type { PipelinePlan } from "../../../plan/types.ts";
import { makeEmptyProgram, type EmptyProgram } from "../peers/empty-program.ts";
import { addLastShard, removeLastShard } from "../peers/further-shard.ts";
import { pulumiSeconds, refusedSeconds } from "../peers/pulumi.ts";
import { recordStack } from "../peers/record.ts";

const shards = 3;
/** Removing the fourth shard takes its topics along, which is what is wanted here. */
const shared = { allowDelete: [`shard:shard${shards}`] };
const upArgs = ["up", "--yes", "--skip-preview"] as const;

export const changesPart: Part = {
  name: "changes",
  about: "on a running stack: up again, previews, a further shard, another option, a refused configuration",
  async run(context) {
    const { env, say } = context;
    const stack = await writeStack("bench", { ...shared, shards: shards + 1 });
    const folder = await mkdtemp(join(tmpdir(), "cdc-bench-changes-"));
    let empty: EmptyProgram | undefined;
    try {
      say("bringing the stack up with a fourth shard, and taking that away again");
      await make(stack, "up", env);
      const { plan } = await planOf(stack);
      const passwords = await passwordsOf(stack, env);
      const recorded = await recordStack(stack.label, folder);
      await takeAway(stack, env);
      empty = await makeEmptyProgram(env);
      return [
        ...(await unchanged(stack, empty, context)),
        await furtherShard(stack, context, {
          add: async () => await addLastShard(plan, passwords, recorded),
          remove: async () => await removeLastShard(plan),
        }),
        await otherOption(stack, context),
      ];
    } finally {
      await empty?.remove();
      await removeStack(stack, env);
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Takes the fourth shard away with its rows, so that the next one begins anew. */
async function takeAway(stack: BenchStack, env: Context["env"]): Promise<void> {
  await writeStack(stack.name, { ...shared, shards });
  await make(stack, "up", env);
  await run("docker", ["volume", "rm", `${stack.label}-mysql-shard${shards}-data`]);
}

async function unchanged(stack: BenchStack, empty: EmptyProgram, { env, say, rounds = 5 }: Context) {
  const peer = (name: string, ...args: string[]): Case => ({ name, run: async () => await empty.time(...args) });
  const pulumi = (...args: string[]): Case => ({
    name: `pulumi ${args.join(" ")}`,
    run: async () => await pulumiSeconds(stack, args, env),
  });
  const compare = async (id: string, title: string, ours: Case, peers: Case[], bounds: Bound[]) =>
    comparison({ id, title, bounds }, await alternate(rounds, [ours, ...peers], say));
  const emptyUp = "empty program, pulumi up --skip-preview";
  return [
    await compare(
      "changes.second-up",
      "up again, nothing to do",
      { name: "make up", run: async () => await make(stack, "up", env) },
      [peer(emptyUp, ...upArgs), peer("empty program, pulumi up", "up", "--yes")],
      [{ atMost: 5 }, { peer: emptyUp, atMost: 1.5 }],
    ),
    await compare(
      "changes.second-pulumi-up",
      "up again by pulumi alone, nothing to do",
      pulumi(...upArgs),
      [peer(emptyUp, ...upArgs)],
      [{ peer: emptyUp, atMost: 1.5 }],
    ),
    await compare(
      "changes.preview",
      "preview, nothing to do",
      pulumi("preview"),
      [peer("empty program", "preview")],
      [],
    ),
    await compare(
      "changes.preview-refresh",
      "preview that compares with what runs, nothing to do",
      pulumi("preview", "--refresh"),
      [peer("empty program", "preview", "--refresh")],
      [],
    ),
    await compare(
      "changes.refused",
      "preview of a configuration that is refused",
      { name: "pulumi preview", run: async () => await refusedSeconds(stack, env) },
      [peer("empty program", "preview")],
      [],
    ),
  ];
}

interface ByHand {
  readonly add: () => Promise<number>;
  readonly remove: () => Promise<void>;
}

async function furtherShard(stack: BenchStack, { env, say, rounds = 3 }: Context, byHand: ByHand): Promise<Comparison> {
  const bare = "a bare server, tables, topics, one PUT";
  const series = await alternate(
    rounds,
    [
      {
        name: "make up",
        async run() {
          await writeStack(stack.name, { ...shared, shards: shards + 1 });
          const seconds = await make(stack, "up", env);
          await takeAway(stack, env);
          return seconds;
        },
      },
      {
        name: bare,
        async run() {
          try {
            return await byHand.add();
          } finally {
            await byHand.remove();
          }
        },
      },
    ],
    say,
  );
  const title = "a further shard, until a change was seen on it";
  return comparison({ id: "changes.further-shard", title, bounds: [{ peer: bare, atMost: 1.2 }] }, series);
}

async function otherOption(stack: BenchStack, { env, say, rounds = 3 }: Context): Promise<Comparison> {
  const { plan } = await planOf(stack);
  let size = 1024;
  // Another value at every turn, so that it is a change for whoever comes after the other.
  const nextOption = () => ({ "max.batch.size": String((size += 1)) });
  const series = await alternate(
    rounds,
    [
      {
        name: "make up",
        async run() {
          await writeStack(stack.name, { ...shared, shards, connectors: { properties: nextOption() } });
          return await make(stack, "up", env);
        },
      },
      { name: "a PUT for each connector", run: async () => await putOption(plan, nextOption()) },
    ],
    say,
  );
  const title =
    "another option of every connector, until all tasks run again (ours: and a change was seen on every shard)";
  return comparison({ id: "changes.option", title, bounds: [] }, series);
}

/** @returns seconds until every connector and its task run with the option. */
async function putOption(plan: PipelinePlan, option: Readonly<Record<string, string>>): Promise<number> {
  const client = new ConnectClient(plan.connect.endpoints.fromHost);
  const began = performance.now();
  await Promise.all(
    plan.shards.map(async ({ connector: { name, config } }) => {
      await client.putConfig(name, { ...config, ...option });
      await awaitState(client, { name, desiredState: "running", timeoutSeconds: 60 }, systemClock);
    }),
  );
  return (performance.now() - began) / 1000;
}

function comparison(
  about: { readonly id: string; readonly title: string; readonly bounds: readonly Bound[] },
  [ours, ...peers]: Awaited<ReturnType<typeof alternate>>,
): Comparison {
  if (ours === undefined) throw new Error(`${about.id}: nothing was measured`);
  return { ...about, unit: "s", ours, peers };
}
