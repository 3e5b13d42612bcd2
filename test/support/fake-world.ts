/** A world to run the preflight against: all is well in it, unless a test says otherwise. */
import { hasOwnServer, ownServers } from "../../plan/servers.ts";
import { heldOf } from "../../plan/held.ts";
import type { Owner } from "../../plan/owner.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import type { LivingTopic } from "../../plan/topic-losses.ts";
import type { DataWorld } from "../../preflight/data.ts";
import type { ContainerView } from "../../clients/docker/containers.ts";
import type { World } from "../../preflight/world.ts";
import { planFrom } from "./config.ts";

/** Two shards on 3308 and 3309, one broker on 9092, one worker on 8083. */
export function planWith(fields: Readonly<Record<string, unknown>> = {}, stack = "cdc-dev"): PipelinePlan {
  const raw = {
    shards: [
      { name: "shard0", port: 3308 },
      { name: "shard1", port: 3309 },
    ],
    schema: "products",
    tables: ["products.products", "products.stock"],
    timeZone: "UTC",
    images: "packages",
    ...fields,
  };
  return planFrom(raw, stack);
}

/** Who makes the things of that plan. */
export const owner: Owner = ownerOf("cdc-dev");

/** The same of another stack. */
export function ownerOf(stack: string): Owner {
  return { stack, identity: "0123456789abcdef", checkout: "/checkout" };
}

export const images = {
  mysql: "cdc-packages/mysql:9.7-abc",
  kafka: "cdc-packages/kafka:4.3.1-def",
  node: "cdc-packages/node:24.21.0-012",
  opensearch: "cdc-packages/opensearch:3.4.0-345",
  prometheus: "cdc-packages/prometheus:3-678",
  alertmanager: "cdc-packages/alertmanager:0-9ab",
};

/** A machine of 16 GiB with an empty engine. */
export function emptyWorld(changes: Partial<World> = {}): World {
  return {
    engine: async () => ({ totalMemoryMiB: 16_384, rootFolder: "/var/lib/docker", opensToSegment: undefined }),
    containers: async () => [],
    volumes: async () => [],
    images: async (references) => new Set(references),
    pull: async () => ({ kind: "there" }),
    segmentIsClosed: async () => true,
    machine: () => ({ totalMemoryMiB: 16_384, freeMemoryMiB: 12_000 }),
    portIsTaken: async () => false,
    freeDiskMiB: async () => 50_000,
    ...changes,
  };
}

export function container(name: string, fields: Partial<ContainerView> = {}): ContainerView {
  return {
    name,
    state: "running",
    running: true,
    health: undefined,
    status: "Up 2 minutes",
    ports: new Set(),
    stack: undefined,
    mysqlVersion: undefined,
    ...fields,
  };
}

/** The plan as it runs: every container up, on its ports. */
export function runningContainers(plan: PipelinePlan): ContainerView[] {
  const { engine, page } = plan.readSide ?? {};
  const all = [...ownServers(plan.shards), ...plan.kafka.brokers, ...plan.connect.workers, engine, page].filter(
    (one) => one !== undefined,
  );
  const published = all.map((one) => container(one.container, { ports: new Set([one.port.host]), stack: plan.stack }));
  return plan.guard === undefined ? published : [...published, container(plan.guard.container, { stack: plan.stack })];
}

/** What the broker's own configuration gives a topic that sets nothing. */
export const brokerDefaults = { "cleanup.policy": "delete", "retention.ms": "604800000", "retention.bytes": "-1" };

/** A topic on broker 1. */
export function topic(partitions: number, config: Record<string, string> = {}): LivingTopic {
  return {
    replicas: Array.from({ length: partitions }, () => [1]),
    config: { ...brokerDefaults, ...config },
    defaults: brokerDefaults,
  };
}

/** The plan's topics as they are once it has been applied. */
export function livingTopics(plan: PipelinePlan): Map<string, LivingTopic> {
  const topics = [
    ...plan.connect.topics,
    ...plan.shards.flatMap((shard) => shard.topics),
    ...plan.sharedTopics,
    ...(plan.readSide?.topics ?? []),
  ];
  const { brokerKeeping } = heldOf(plan);
  return new Map(
    topics.map(({ name, partitions, config }) => {
      const there = topic(partitions, { ...brokerKeeping, ...config });
      return [name, { ...there, defaults: { ...there.defaults, ...brokerKeeping } }];
    }),
  );
}

/** The plan as it runs: nothing to complain of. */
export function runningWorld(plan: PipelinePlan, changes: Partial<World> = {}): World {
  return emptyWorld({
    containers: async () => runningContainers(plan),
    volumes: async () =>
      plan.shards
        .filter(hasOwnServer)
        .map(({ server, key }) => ({ name: server.volume, mysqlVersion: plan.images.mysqlVersion, shard: key })),
    portIsTaken: async () => true,
    ...changes,
  });
}

/** The plan's brokers as they run, with its topics: a hundred records and half a MiB in each. */
export function dataWorld(plan: PipelinePlan, changes: Partial<DataWorld> = {}): DataWorld {
  return {
    containers: async () => runningContainers(plan),
    topics: async () => livingTopics(plan),
    login: async (kafka) => kafka,
    amounts: async (_, topics) => new Map(topics.map((name) => [name, { records: 100, bytes: 2 ** 19 }])),
    ...changes,
  };
}
