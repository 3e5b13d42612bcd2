/** What the doctor looks at, each thing once however many checks ask for it. */
import type { ConnectorStatus } from "../../connect/client.ts";
import { stateFile, type GuardState } from "../../guard/state.ts";
import { TopicAdmin } from "../../kafka/admin.ts";
import { TopicsReader } from "../../kafka/topic.ts";
import type { ShardPlan } from "../../plan/types.ts";
import type { OperatedConnector, OperatedStack } from "../context.ts";
import { outputIn } from "../engine.ts";
import { placeOf, type Place } from "../offsets.ts";
import { lookAtContainers, type ContainerState } from "./machine.ts";

export class Looks {
  readonly stack: OperatedStack;
  readonly #shards: readonly ShardPlan[];
  #containers: Promise<ReadonlyMap<string, ContainerState>> | undefined;
  #newest: Promise<ReadonlyMap<string, number>> | undefined;
  #guard: Promise<GuardState | undefined> | undefined;
  readonly #places = new Map<string, Promise<Place | undefined>>();
  readonly #statuses = new Map<string, Promise<ConnectorStatus | undefined>>();

  constructor(stack: OperatedStack, shards: readonly ShardPlan[]) {
    this.stack = stack;
    this.#shards = shards;
  }

  async containers(): Promise<ReadonlyMap<string, ContainerState>> {
    return await (this.#containers ??= lookAtContainers(this.stack.plan.stack));
  }

  /** Runs a question on the broker's admin API. */
  async askBroker<T>(question: (admin: TopicAdmin) => Promise<T>): Promise<T> {
    const admin = new TopicAdmin(this.stack.plan.kafka.hostBootstrap);
    try {
      return await question(admin);
    } finally {
      await admin.close();
    }
  }

  /** How many offsets a topic keeps; 0 where there is no such topic. */
  async recordsIn(topic: string): Promise<bigint> {
    return await this.askBroker(async (admin) => {
      const [start, end] = [await admin.startOffsets([topic]), await admin.endOffsets([topic])];
      return (end.get(topic) ?? 0n) - (start.get(topic) ?? 0n);
    });
  }

  /** When the newest heartbeat of a shard was written, in ms since 1970. */
  async newestHeartbeatMs(shard: ShardPlan): Promise<number | undefined> {
    this.#newest ??= this.#newestOf(this.#shards.map(({ heartbeatTopic }) => heartbeatTopic));
    return (await this.#newest).get(shard.heartbeatTopic);
  }

  async #newestOf(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const reader = new TopicsReader(this.stack.plan.kafka.hostBootstrap, topics);
    try {
      return await reader.newestTimestamps();
    } finally {
      await reader.close();
    }
  }

  async status({ connector: { name } }: OperatedConnector): Promise<ConnectorStatus | undefined> {
    const known = this.#statuses.get(name) ?? this.stack.worker.getStatus(name);
    this.#statuses.set(name, known);
    return await known;
  }

  /** Where the connector would go on reading; undefined when nothing is stored. */
  async place({ connector: { name } }: ShardPlan): Promise<Place | undefined> {
    const known = this.#places.get(name) ?? this.stack.worker.getOffsets(name).then(placeOf);
    this.#places.set(name, known);
    return await known;
  }

  /** What the guard wrote down last; undefined when there is nothing. */
  async guardState(): Promise<GuardState | undefined> {
    this.#guard ??= this.#readGuard();
    return await this.#guard;
  }

  async #readGuard(): Promise<GuardState | undefined> {
    const { guard } = this.stack.plan;
    const text = guard === undefined ? undefined : await outputIn(guard.container, ["cat", stateFile]);
    return text === undefined ? undefined : (JSON.parse(text) as GuardState);
  }
}
