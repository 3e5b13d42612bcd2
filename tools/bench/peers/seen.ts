/** The end of every measurement of a start: a change made on every shard was consumed from its topic. */
import { setTimeout } from "node:timers/promises";
import { Admin } from "@platformatic/kafka";
import { connectionTo } from "../../../clients/kafka/connection.ts";
import type { PipelinePlan, ShardPlan, TopicPlan } from "../../../plan/types.ts";
import { FlowError, FlowProbe, flowTargetOf, type FlowTarget } from "../../../flow/flow.ts";
import type { KafkaEndpoint, MysqlLogin } from "../../../lib/endpoint.ts";

const limitMs = 180_000;
const pauseMs = 100;

/**
 * Waits from before there is a server until a change was seen on each of the shards. The topics are made as soon as the
 * broker answers, in one go, as nothing else of a pipeline by hand does it.
 * @param login of the CDC account.
 * @returns when the last of the changes was seen, by `performance.now()`.
 * @throws Error when that takes more than three minutes.
 */
export async function changesSeen(
  plan: PipelinePlan,
  shards: readonly ShardPlan[],
  login: MysqlLogin,
  topics: readonly TopicPlan[],
): Promise<number> {
  const deadline = performance.now() + limitMs;
  await createTopics(plan.kafka.endpoints.fromHost, topics, deadline);
  const seen = await Promise.all(shards.map((shard) => changeSeen(flowTargetOf(plan, shard), login, deadline)));
  return Math.max(...seen);
}

async function changeSeen(target: FlowTarget, login: MysqlLogin, deadline: number): Promise<number> {
  const probe = await openProbe(target, login, deadline);
  try {
    await probe.send(deadline - performance.now());
    return performance.now();
  } finally {
    await probe.close();
  }
}

/** As soon as server and broker are there and as they have to be. */
async function openProbe(target: FlowTarget, login: MysqlLogin, deadline: number): Promise<FlowProbe> {
  for (;;) {
    try {
      return await FlowProbe.open(target, login);
    } catch (error) {
      if (!(error instanceof FlowError) || performance.now() > deadline) throw error;
    }
    await setTimeout(pauseMs);
  }
}

/** Those that are there already are fine. */
async function createTopics(kafka: KafkaEndpoint, topics: readonly TopicPlan[], deadline: number): Promise<void> {
  const alike = Map.groupBy(topics, ({ partitions, replicationFactor, config }) =>
    JSON.stringify([partitions, replicationFactor, config]),
  );
  for (;;) {
    const admin = new Admin({
      ...connectionTo(kafka, "cdc-bench"),
      connectTimeout: 1000,
    });
    try {
      const there = new Set(await admin.listTopics());
      if (topics.every(({ name }) => there.has(name))) return;
      const requests = [...alike.values()].map(async (same) => await create(admin, same, there));
      // A refusal may be of a topic that the worker was faster with, or of a broker that has only just begun: look again.
      await Promise.allSettled(requests);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    } finally {
      await admin.close().catch(() => {});
    }
    if (performance.now() > deadline)
      throw new Error(`${kafka.bootstrap}: not all of ${topics.length} topics could be made`);
    await setTimeout(pauseMs);
  }
}

async function create(admin: Admin, same: readonly TopicPlan[], there: ReadonlySet<string>): Promise<void> {
  const [first] = same;
  const missing = same.filter(({ name }) => !there.has(name)).map(({ name }) => name);
  if (first === undefined || missing.length === 0) return;
  await admin.createTopics({
    topics: missing,
    partitions: first.partitions,
    replicas: first.replicationFactor,
    configs: Object.entries(first.config).map(([name, value]) => ({ name, value })),
  });
}
