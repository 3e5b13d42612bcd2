/** Asks the parts of a stack what they have written down. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect, inspectAll } from "../../clients/docker/container.ts";
import { readLog, type LogLine } from "../../clients/docker/logs.ts";
import { RangeReader } from "../../clients/kafka/range.ts";
import { project } from "../../config/stack-name.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { isErrno, messageOf } from "../../lib/run.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { componentsOf } from "../components.ts";
import {
  guardHappened,
  inOrder,
  reconcileHappened,
  snapshotHappened,
  startHappened,
  updateHappened,
  type Happened,
  type UpdateRecord,
} from "./happened.ts";

export interface Events {
  readonly happened: readonly Happened[];
  /** What could not be read, and why: of that nothing is known. */
  readonly unknown: readonly { readonly source: string; readonly why: string }[];
}

/** @param stack name of the Pulumi stack. @param sinceMs in ms since 1970. */
export async function lookAtEvents(stack: string, plan: PipelinePlan, sinceMs: number): Promise<Events> {
  const sources: Readonly<Record<string, Promise<Happened[]>>> = {
    "operations of pulumi": updates(stack),
    "starts of containers": starts(plan),
    "the guard's log": guard(plan, sinceMs),
    "what was told of snapshots and comparisons": notices(plan, sinceMs),
  };
  const unknown: { source: string; why: string }[] = [];
  const found = await Promise.all(
    Object.entries(sources).map(
      async ([source, happened]) =>
        await happened.catch((error: unknown) => {
          unknown.push({ source, why: messageOf(error) });
          return [];
        }),
    ),
  );
  return { happened: inOrder(found.flat(), sinceMs), unknown };
}

/** @throws Error when the state is not in this checkout. */
async function updates(stack: string): Promise<Happened[]> {
  const folder = join(checkoutFolder, ".cdc", "state", ".pulumi", "history", project, stack);
  const files = await readdir(folder).catch((error: unknown) => {
    if (!isErrno(error, "ENOENT")) throw error;
    throw new Error("they are not in this checkout's state; `pulumi stack history` asks the backend that has them");
  });
  const records = files.filter((file) => file.endsWith(".history.json"));
  const texts = await Promise.all(records.map(async (file) => await readFile(join(folder, file), "utf8")));
  return texts.map((text) => updateHappened(JSON.parse(text) as UpdateRecord));
}

async function starts(plan: PipelinePlan): Promise<Happened[]> {
  const components = componentsOf(plan);
  const states = await inspectAll(components.map(({ container }) => container));
  return components.flatMap(({ container, names: [name = container] }) => {
    const state = states.get(container);
    return state === undefined ? [] : (startHappened(name, state) ?? []);
  });
}

/** None where there is no guard. @throws Error when its container is gone, and its log with it. */
async function guard({ guard: planned }: PipelinePlan, sinceMs: number): Promise<Happened[]> {
  if (planned === undefined) return [];
  const { container } = planned;
  if ((await inspect(container)) === undefined) throw new Error(`there is no container ${container}, and no log of it`);
  const lines: LogLine[] = [];
  await readLog(container, ["--since", new Date(sinceMs).toISOString()], (line) => void lines.push(line));
  return lines.flatMap((line) => guardHappened(line) ?? []);
}

async function notices({ shards, kafka }: PipelinePlan, sinceMs: number): Promise<Happened[]> {
  const reader = new RangeReader(kafka.endpoints.fromHost);
  try {
    const topics = new Map(shards.map((shard) => [shard.notificationTopic, shard.name]));
    const facts = await reader.facts([...topics.keys()]);
    const begins = await reader.offsetsAfter(new Map([...facts.keys()].map((topic) => [topic, sinceMs - 1])), facts);
    const found: Happened[] = [];
    for (const [topic, { ends }] of facts) {
      const begin = begins.get(topic)?.[0] ?? -1n;
      if (begin < 0n) continue;
      for await (const { key, value } of reader.read(topic, 0, begin, ends[0] ?? 0n)) {
        const record = { topic, key: key?.toString() ?? null, value: value?.toString() ?? null };
        const shard = topics.get(topic) ?? topic;
        const told = snapshotHappened(shard, record) ?? reconcileHappened(shard, record);
        if (told !== undefined) found.push(told);
      }
    }
    return found;
  } finally {
    await reader.close();
  }
}
