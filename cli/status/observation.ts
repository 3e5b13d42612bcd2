/** What was seen of a stack, part by part; a part that did not answer says why and hides no other. */
import type { ConnectorOffset, ExpandedConnector } from "../../clients/connect/client.ts";
import type { LossWords } from "../../clients/debezium/history/words.ts";
import type { Binlog } from "../../lib/binlog.ts";
import type { GuardState } from "../../lib/guard-state.ts";
import type { ContainerView } from "../../clients/docker/containers.ts";
import type { DataVolumeView } from "../../clients/docker/volume.ts";
import type { PartitionLag } from "../../clients/kafka/sink-lag.ts";
import type { TablesState } from "../../snapshot/state.ts";
import type { TopicRow } from "../topics/compare.ts";

/** An answer, or why there is none. */
export type Asked<T> = { readonly value: T } | { readonly error: string };

export interface Observation {
  /** When it was seen, in ms since 1970. */
  readonly atMs: number;
  readonly containers: Asked<readonly Pick<ContainerView, "name" | "state" | "health" | "status">[]>;
  /** Volumes with shards' rows, also of shards that are planned no longer. */
  readonly volumes: Asked<readonly DataVolumeView[]>;
  /** By name, as the worker has them. */
  readonly connectors: Asked<Readonly<Record<string, ExpandedConnector>>>;
  readonly topics: Asked<readonly TopicRow[]>;
  /** Undefined where the plan has no guard; value undefined when it has written nothing yet. */
  readonly guard: Asked<GuardState | undefined> | undefined;
  /** Undefined where the plan has no read side. */
  readonly readSide: ReadSideObservation | undefined;
  /** By the shard's name. */
  readonly shards: ReadonlyMap<string, ShardObservation>;
  /** Topics that connectors which the plan does not know wait for, by connector, as the workers' logs tell. */
  readonly waitedFor: ReadonlyMap<string, readonly string[]>;
}

export interface ReadSideObservation {
  /** When that was asked, in ms since 1970: what else is asked may take long, and makes nothing older. */
  readonly lagAtMs: number;
  /** How far the sink is behind, by partition. */
  readonly lag: Asked<readonly PartitionLag[]>;
  readonly engine: Asked<EngineView>;
}

/** What the search engine says of itself. */
export interface EngineView {
  /** green, yellow, red. */
  readonly status: string;
  /** Documents by alias; undefined value: there is no such index. */
  readonly documents: ReadonlyMap<string, number | undefined>;
}

export interface ShardObservation {
  /** Undefined value: there is no such connector. */
  readonly offsets: Asked<readonly ConnectorOffset[] | undefined>;
  readonly binlogs: Asked<readonly Binlog[]>;
  /** How long the server keeps a file of its binlog after it was closed; undefined: for ever, or the server does not answer. */
  readonly keptSeconds: number | undefined;
  /** How the connector's place is lost; undefined value: it is one of the server's history. */
  readonly loss: Asked<LossWords | undefined>;
  /** When the newest records were asked for, in ms since 1970: what else is asked may take long, and makes nothing older. */
  readonly newsAtMs: number;
  readonly news: Asked<ShardNews>;
  /** Which captured tables were read. */
  readonly tables: Asked<Pick<TablesState, "tables" | "isKnown">>;
}

/** The newest that a shard's topics tell. */
export interface ShardNews {
  readonly heartbeat: Heartbeat | undefined;
  readonly notification: Notification | undefined;
  /** Newest record of its data topics, in ms since 1970; undefined where there is none, or shards share their topics. */
  readonly lastChangeMs: number | undefined;
}

export interface Heartbeat {
  /** When the row was committed, in ms since 1970; undefined where the event does not tell. */
  readonly committedMs: number | undefined;
  /** When it came to the topic, in ms since 1970. */
  readonly arrivedMs: number;
}

/** What the connector reported last of a snapshot. */
export interface Notification {
  /** `Initial Snapshot`, `Incremental Snapshot`. */
  readonly aggregate: string;
  /** STARTED, IN_PROGRESS, TABLE_SCAN_COMPLETED, COMPLETED, SKIPPED, ABORTED … */
  readonly type: string;
}

/** The value of an answer, or undefined. */
export function known<T>(asked: Asked<T> | undefined): T | undefined {
  return asked !== undefined && "value" in asked ? asked.value : undefined;
}
