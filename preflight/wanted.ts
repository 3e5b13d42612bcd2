/** The plan as the checks need it: what it would take from the world. The only file of preflight/ that reads the plan's shape. */
import type { Images } from "../config/images.ts";
import type { ContainerPlan, PipelinePlan, PublishedPlan, TopicPlan } from "../plan/types.ts";

/** A container of the plan. */
export interface WantedService {
  /** In words: "MySQL of shard0". */
  readonly what: string;
  readonly container: string;
  /** Published on 127.0.0.1; undefined when none is. */
  readonly port: number | undefined;
  /** About what it will hold of the machine's memory, in MiB. */
  readonly memoryMiB: number;
}

export interface WantedBroker {
  readonly container: string;
  readonly nodeId: number;
  /** `HOST:PORT` as reached from this machine. */
  readonly bootstrap: string;
}

export interface WantedWorker {
  readonly container: string;
  /** Root of its REST API as reached from this machine. */
  readonly restUrl: string;
}

export interface WantedShard {
  readonly name: string;
  readonly container: string;
  readonly volume: string;
  readonly connector: string;
  readonly topicPrefix: string;
  /** Line or version of MySQL: `9.7`. */
  readonly mysqlVersion: string;
}

export interface Wanted {
  readonly stack: string;
  readonly services: readonly WantedService[];
  readonly brokers: readonly WantedBroker[];
  readonly workers: readonly WantedWorker[];
  readonly shards: readonly WantedShard[];
  readonly topics: readonly TopicPlan[];
  /** Data topics are called PREFIX.DATABASE.TABLE with one of these prefixes. */
  readonly topicPrefixes: readonly string[];
  /** `cdc:topics.allowDataLoss`. */
  readonly allowDataLoss: boolean;
  /** Image references, each once. */
  readonly images: readonly string[];
}

/** Everything that the plan wants of the world. */
export function wantedOf(plan: PipelinePlan, images: Images): Wanted {
  const { brokers } = plan.kafka;
  const { workers } = plan.connect;
  const { engine, page } = plan.readSide ?? {};
  return {
    stack: plan.stack,
    services: [
      ...plan.shards.map((shard) => service(`MySQL of ${shard.name}`, shard)),
      ...brokers.map((broker) => service(numbered("Kafka broker", broker, brokers.length), broker)),
      ...workers.map((worker) => service(numbered("Kafka Connect", worker, workers.length), worker)),
      ...(plan.guard === undefined ? [] : [service("guard", plan.guard)]),
      ...(engine === undefined ? [] : [service("OpenSearch", engine)]),
      ...(page === undefined ? [] : [service("search page", page)]),
    ],
    brokers: brokers.map(({ container, port, environment }) => ({
      container,
      nodeId: Number(environment["KAFKA_NODE_ID"]),
      bootstrap: `127.0.0.1:${port.host}`,
    })),
    workers: workers.map(({ container, port }) => ({ container, restUrl: `http://127.0.0.1:${port.host}` })),
    shards: plan.shards.map(({ name, container, volume, connector, topicPrefix }) => ({
      name,
      container,
      volume,
      connector: connector.name,
      topicPrefix,
      mysqlVersion: plan.images.mysqlVersion,
    })),
    topics: [
      ...plan.connect.topics,
      ...plan.shards.flatMap((shard) => shard.topics),
      ...plan.sharedTopics,
      ...(plan.readSide?.topics ?? []),
    ],
    topicPrefixes: [
      ...new Set([
        ...plan.shards.map(({ topicPrefix }) => topicPrefix),
        ...plan.sharedTopics.map(({ name }) => name.split(".").slice(0, -2).join(".")),
      ]),
    ],
    allowDataLoss: plan.allowDataLoss,
    images: [
      ...new Set([
        images.mysql,
        images.kafka,
        ...(plan.guard === undefined && page === undefined ? [] : [images.node]),
        ...(engine === undefined ? [] : [images.opensearch]),
      ]),
    ],
  };
}

function service(what: string, plan: ContainerPlan | PublishedPlan): WantedService {
  const { container, expectedMemoryMiB } = plan;
  return { what, container, port: "port" in plan ? plan.port.host : undefined, memoryMiB: expectedMemoryMiB };
}

function numbered(what: string, { alias }: { readonly alias: string }, count: number): string {
  return count === 1 ? what : `${what} ${alias}`;
}

/** What all services together will hold of the machine's memory, in MiB: heaps and buffer pools, and what comes beside. */
export function plannedMemoryMiB(services: readonly WantedService[]): number {
  return services.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
}
