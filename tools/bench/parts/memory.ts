/** Resident memory of each container: idle after `up`, and the most during a burst. */
import { ownServers } from "../../../plan/servers.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { PipelinePlan } from "../../../plan/types.ts";
import { writeAndRead } from "../lib/live.ts";
import { alternate, rounded, type Bound, type Comparison, type Context, type Part } from "../lib/measure.ts";
import { withPipeline } from "../lib/pipeline.ts";
import { mostResident, residentOf, total, type Resident } from "../lib/resident.ts";

export const memoryPart: Part = {
  name: "memory",
  about: "resident memory of each container, idle and during a burst of 300,000 rows",
  run: async (context) => await measureMemory(context, { rows: 300_000, rounds: 2 }),
};

/** Ours, and the sizes that MySQL, Kafka and Connect take when nothing is said. */
const sizes: readonly { readonly name: string; readonly config: Record<string, unknown> }[] = [
  { name: "ours", config: {} },
  {
    name: "upstream's default sizes",
    config: { mysql: { bufferPoolMiB: 128 }, kafka: { heapMiB: 1024 }, connect: { heapMiB: 2048 } },
  },
];

const bounds: readonly Bound[] = [{ atMost: 2048 }];
/** After `up` the JVMs still load classes for a while. */
const settleMs = 10_000;

interface Measured {
  readonly idle: Resident;
  readonly load: Resident;
}

/**
 * @param size.rows of the burst, all shards together.
 * @param size.rounds when the context does not say; each brings every size up and down.
 */
export async function measureMemory(context: Context, size: { rows: number; rounds: number }): Promise<Comparison[]> {
  const found = sizes.map((): Measured[] => []);
  const cases = sizes.map(({ name, config }, index) => ({
    name,
    run: async () =>
      await withPipeline(context, config, async (pipeline) => {
        await sleep(settleMs);
        const containers = containersOf(pipeline.plan);
        const idle = await residentOf(containers);
        const load = await mostResident(containers, async () => await writeAndRead(pipeline, size.rows));
        found[index]?.push({ idle, load });
        return total(load);
      }),
  }));
  await alternate(context.rounds ?? size.rounds, cases, context.say);

  const containers = [...(found[0]?.[0]?.idle.keys() ?? [])];
  const states = { idle: "idle after up", load: `during a burst of ${rounded(size.rows)} rows` };
  return (["idle", "load"] as const).flatMap((state) => {
    const compare = (id: string, title: string, value: (resident: Resident) => number): Comparison => {
      const [ours = { name: "ours", values: [] }, ...peers] = sizes.map(({ name }, index) => ({
        name,
        values: (found[index] ?? []).map((measured) => value(measured[state])),
      }));
      return { id: `memory.${state}.${id}`, title: `${title}, ${states[state]}`, unit: "MiB", ours, peers };
    };
    return [
      { ...compare("all", "all containers", total), bounds },
      ...containers.map((container) => {
        const name = container.replace("cdc-bench-", "");
        return compare(name, name, (resident) => resident.get(container) ?? Number.NaN);
      }),
    ];
  });
}

function containersOf({ shards, kafka, connect, guard }: PipelinePlan): string[] {
  const all = [...ownServers(shards), ...kafka.brokers, ...connect.workers, ...(guard === undefined ? [] : [guard])];
  return all.map(({ container }) => container);
}
