/** How start, no-op and memory grow with the number of shards. */
import { alternate, type Comparison, type Context, type Part } from "../lib/measure.ts";
import { residentOf, total } from "../lib/resident.ts";
import { make, removeStack, writeStack } from "../lib/stack.ts";
import { run } from "../../../lib/run.ts";
import { stackLabel } from "../../../lib/constants.ts";

/** The smallest that the schema allows. */
const bufferPoolMiB = 8;
/** What is measured at one size, in this order. */
const figures = [
  { key: "up", title: "cold up", unit: "s" },
  { key: "no-op", title: "up again, nothing to do,", unit: "s" },
  { key: "memory", title: "resident memory of all containers", unit: "MiB" },
] as const;
type Sizes = Readonly<Record<(typeof figures)[number]["key"], number[]>>;

export const growthPart: Part = {
  name: "growth",
  about: "3, 6 and 12 small shards: up, no-op and memory",
  run: async (context) => await measureGrowth(context, [3, 6, 12]),
};

/** @param counts numbers of shards, from few to many. */
export async function measureGrowth(context: Context, counts: readonly number[]): Promise<Comparison[]> {
  const { say, rounds = 2 } = context;
  const sizes = counts.map((count) => ({ count, values: { up: [], "no-op": [], memory: [] } as Sizes }));
  const cases = sizes.map(({ count, values }) => ({
    name: `${count} shards, up`,
    run: async () => await measureSize(count, values, context),
  }));
  await alternate(rounds, cases, say);
  const perSize = figures.flatMap(({ key, title, unit }) =>
    sizes.map(({ count, values }): Comparison => ({
      id: `growth.${key}.${count}`,
      title: `${title} with ${count} shards`,
      unit,
      ours: { name: `${count} shards`, values: values[key] },
      peers: [],
    })),
  );
  return [...perSize, ...perShard(sizes)];
}

/** @returns seconds of the cold up. */
async function measureSize(count: number, values: Sizes, { env, say }: Context): Promise<number> {
  const stack = await writeStack(`bench-${count}`, { shards: count, mysql: { bufferPoolMiB } });
  try {
    const seconds = await make(stack, "up", env);
    values.up.push(seconds);
    values["no-op"].push(await make(stack, "up", env));
    const memory = await memoryMiB(stack.label);
    values.memory.push(memory);
    say(`${count} shards: no-op ${values["no-op"].at(-1)?.toFixed(1)} s, ${Math.round(memory)} MiB`);
    return seconds;
  } finally {
    await removeStack(stack, env);
  }
}

/** What a further shard costs where there are many, beside what it costs where there are few. */
function perShard(sizes: readonly { readonly count: number; readonly values: Sizes }[]): Comparison[] {
  const steps = sizes.slice(1).map((to, index) => {
    const from = sizes[index] ?? to;
    const seconds = to.values.up.map(
      (up, round) => (up - (from.values.up[round] ?? Number.NaN)) / (to.count - from.count),
    );
    return { name: `from ${from.count} to ${to.count} shards`, values: seconds };
  });
  const [first, ...later] = steps;
  const last = later.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    {
      id: "growth.further-shard",
      title: "cold up: time per further shard",
      unit: "s",
      ours: last,
      peers: [first],
      bounds: [{ peer: first.name, atMost: 1 }],
    },
  ];
}

/** Summed over the stack's containers. */
async function memoryMiB(label: string): Promise<number> {
  const { stdout } = await run("docker", ["ps", "--filter", `label=${stackLabel}=${label}`, "--format", "{{.Names}}"]);
  return total(await residentOf(stdout.trim().split("\n")));
}
