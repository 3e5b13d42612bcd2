/** What the doctor looks at, each thing once however many checks ask for it. */
import type { ConnectorOffset, ConnectorStatus } from "../../clients/connect/client.ts";
import { stateFile, type GuardState } from "../../lib/guard-state.ts";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { newestRecords } from "../../clients/kafka/newest.ts";
import type { ShardPlan } from "../../plan/types.ts";
import { readTablesState, type TablesState } from "../../snapshot/state.ts";
import { tablesTargetOf } from "../../snapshot/target.ts";
import type { OperatedConnector, OperatedStack } from "../context.ts";
import { placeOf, type Place } from "../../clients/debezium/history/place.ts";
import { outputIn, type ContainerState } from "../../clients/docker/container.ts";
import { lookAtContainers } from "./machine.ts";

/** Asked once for all shards, however long the other checks of one of them take. */
interface NewestHeartbeats {
  readonly askedAtMs: number;
  readonly byTopic: ReadonlyMap<string, number>;
}

export class Facts {
  readonly stack: OperatedStack;
  readonly #shards: readonly ShardPlan[];
  #containers: Promise<ReadonlyMap<string, ContainerState>> | undefined;
  #newest: Promise<NewestHeartbeats> | undefined;
  #guard: Promise<GuardState | undefined> | undefined;
  readonly #offsets = new Map<string, Promise<readonly ConnectorOffset[] | undefined>>();
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
    const admin = new TopicAdmin(this.stack.plan.kafka.endpoints.fromHost);
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

  /** When the newest heartbeat of a shard was written, and when that was asked for all of them, in ms since 1970. */
  async newestHeartbeat(
    shard: ShardPlan,
  ): Promise<{ readonly newestMs: number | undefined; readonly askedAtMs: number }> {
    this.#newest ??= this.#newestOf(this.#shards.map(({ heartbeatTopic }) => heartbeatTopic));
    const { askedAtMs, byTopic } = await this.#newest;
    return { newestMs: byTopic.get(shard.heartbeatTopic), askedAtMs };
  }

  async #newestOf(topics: readonly string[]): Promise<NewestHeartbeats> {
    const askedAtMs = Date.now();
    const newest = await newestRecords(this.stack.plan.kafka.endpoints.fromHost, topics);
    return { askedAtMs, byTopic: new Map([...newest].map(([topic, { timestampMs }]) => [topic, timestampMs])) };
  }

  async status({ connector: { name } }: OperatedConnector): Promise<ConnectorStatus | undefined> {
    const known = this.#statuses.get(name) ?? this.stack.worker.getStatus(name);
    this.#statuses.set(name, known);
    return await known;
  }

  /** What the connector has stored; undefined when there is no such connector. */
  async offsets({ connector: { name } }: ShardPlan): Promise<readonly ConnectorOffset[] | undefined> {
    const known = this.#offsets.get(name) ?? this.stack.worker.getOffsets(name);
    this.#offsets.set(name, known);
    return await known;
  }

  /** Where it would go on reading; undefined when nothing is stored. */
  async place(shard: ShardPlan): Promise<Place | undefined> {
    return placeOf(await this.offsets(shard));
  }

  /** Which of a shard's captured tables were read. */
  async tables(shard: ShardPlan): Promise<TablesState> {
    return await readTablesState(tablesTargetOf(this.stack.plan, shard));
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
