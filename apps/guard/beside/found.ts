/** What is asked beside the guard's checks, for metrics and page. What could not be read is undefined, and never 0. */
import type { Told } from "../../../clients/debezium/told.ts";
import type { DiskUse } from "../../../clients/kafka/admin.ts";

/** What a topic is for, as far as sizes are told apart. */
export const topicKinds = ["data", "merged data", "schema history", "own", "dead letters", "worker"] as const;
export type TopicKind = (typeof topicKinds)[number];

/** A connector's place beside its server's binlog. */
export interface BinlogFound {
  /** The file with the place. */
  readonly file: string;
  readonly behindBytes: number;
  /** How long the server keeps a file after it was closed; undefined: for ever. */
  readonly keptSeconds: number | undefined;
  /** How much longer the file with the place is kept, in ms. */
  readonly lastsMs: number | undefined;
}

/** Topics of one kind, and of one shard where it is a shard's. */
export interface TopicsFound {
  readonly kind: TopicKind;
  /** The connector's `topic.prefix`; empty for what is no shard's. */
  readonly shard: string;
  /** On the brokers' disks, all replicas together. */
  readonly sizeBytes: number;
  /** Sum of the ends of the topics. */
  readonly ends: bigint;
}

export interface EngineFound {
  readonly isRed: boolean;
  /** Planned aliases that have no index behind them. */
  readonly missing: readonly string[];
}

/** Everything of one look. Times are milliseconds since 1970. */
export interface Beside {
  readonly at: number;
  /** By connector. */
  readonly binlogs: ReadonlyMap<string, BinlogFound>;
  /** By connector: transactions in the set of GTIDs that it has read. */
  readonly transactions: ReadonlyMap<string, bigint>;
  /** By connector. */
  readonly told: ReadonlyMap<string, Told>;
  readonly topics: readonly TopicsFound[] | undefined;
  readonly disks: DiskUse["disks"] | undefined;
  /** Undefined also where the plan has no engine. */
  readonly engine: EngineFound | undefined;
  /** By `HOST:PORT`: when the certificate of who listens there ends. */
  readonly certificates: ReadonlyMap<string, number>;
}
