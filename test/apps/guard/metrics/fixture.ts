/** A pipeline of which everything could be read, for tests: shards with healthy connectors, and a sink. */
import type { Beside, BinlogFound } from "../../../../apps/guard/beside/found.ts";
import { notStarted } from "../../../../clients/debezium/progress.ts";
import type { Told } from "../../../../clients/debezium/told.ts";
import type { Known, SinkFound } from "../../../../apps/guard/metrics/known.ts";
import type { Checked } from "../../../../apps/guard/loop.ts";
import { unknown, type Memory, type Watched } from "../../../../apps/guard/memory.ts";
import type { ObservedConnector } from "../../../../apps/guard/observation.ts";
import type { GuardState } from "../../../../lib/guard-state.ts";
import type { MonitoredGuardSettings } from "../../../../plan/types.ts";
import { running } from "../../../support/fake-worker.ts";
import { begun, settings as guardSettings } from "../simulation.ts";

/** Milliseconds since 1970. */
export const now = Date.UTC(2026, 10, 21, 10);

export const settings: MonitoredGuardSettings = {
  ...guardSettings,
  metrics: {
    port: 9108,
    listensAt: ["127.0.0.1"],
    hosts: ["localhost", "127.0.0.1", "[::1]", "guard"],
    silentSeconds: 65,
  },
  asks: {
    topics: { "merged data": [], "dead letters": ["dlq.read-side"], worker: ["cdc-configs"] },
    engine: { endpoint: "http://opensearch:9200", aliases: ["products-products"] },
  },
  page: {
    stack: "cdc-test",
    maxDelaySeconds: 60,
    topology: {
      mysqlVersion: "9.7.0",
      kafkaVersion: "4.3.1",
      workers: 1,
      brokers: 1,
      shards: [0, 1].map((index) => ({
        name: `shard${index}`,
        connector: `shard${index}-connector`,
        state: "running",
        server: `127.0.0.1:${3308 + index}`,
        prefix: `shard${index}`,
        tables: { first: ["products.products"], more: 0 },
      })),
      readSide: {
        sink: "read-side-sink",
        engine: "http://127.0.0.1:9200",
        indices: { first: ["products-products"], more: 0 },
        deadLetterTopic: "dlq.read-side",
        page: "http://127.0.0.1:8090",
      },
    },
  },
};

export const sinkName = "read-side-sink";

/** What the guard remembers of a healthy source. */
export const watched: Watched = {
  ...unknown(now - 600_000),
  beat: 7n,
  beatAt: now - 3000,
  hasBeaten: true,
  history: { judgedAt: now - 20_000, offsets: [], begun, loss: undefined, hasMovedOn: false },
};

/** What the last check saw of it. */
export function source(name: string, shard: string): ObservedConnector {
  return {
    info: { name, config: { "topic.prefix": shard }, type: "source" },
    config: "{}",
    status: running(name),
    beat: { kind: "offset", offset: 7n },
  };
}

const sink: ObservedConnector = {
  info: {
    name: sinkName,
    config: { topics: "shard0.a.b, shard0.a.c", "errors.deadletterqueue.topic.name": "dlq.read-side" },
    type: "sink",
  },
  config: "{}",
  status: running(sinkName),
  beat: { kind: "none" },
};

export const sinkFound: SinkFound = {
  lag: { records: 12, waitingSince: now - 4500 },
  deadLetters: 3n,
  waitingLetters: 2n,
};

/** What a guard of that memory writes down. */
function stateOf({ connectors }: Memory): GuardState {
  const guarded = Object.entries(connectors).map(([name, { condition, since, reason, remedy, restarts }]) => [
    name,
    {
      condition,
      since: new Date(since).toISOString(),
      ...(reason === undefined ? {} : { reason }),
      ...(remedy === undefined ? {} : { remedy }),
      restarts,
    },
  ]);
  return {
    checkedAt: new Date(now - 1000).toISOString(),
    connectors: Object.fromEntries(guarded) as GuardState["connectors"],
  };
}

/** What was told of a shard: a snapshot that is over, and a comparison. */
export const told: Told = {
  snapshot: {
    kind: "initial",
    startedMs: now - 500_000,
    tables: new Map([["a.b", { ...notStarted, rows: 40, result: "SUCCEEDED" }]]),
    isOver: true,
  },
  reconciled: { id: "r", timeMs: now - 3_600_000, tables: new Map([["a.b", 0]]), ofNoShard: 0 },
};

export const binlog: BinlogFound = { file: "b.2", behindBytes: 300, keptSeconds: 86_400, lastsMs: 80_000_000 };

/** What was asked beside the checks, of connectors by the prefixes of their topics. */
export function besideOf(shards: Readonly<Record<string, string>>): Beside {
  const of = <T>(value: T) => new Map(Object.keys(shards).map((connector) => [connector, value]));
  return {
    at: now - 2000,
    binlogs: of(binlog),
    transactions: of(90n),
    told: of(told),
    topics: [
      ...Object.values(shards).flatMap((shard) =>
        (["data", "schema history", "own"] as const).map((kind) => ({ kind, shard, sizeBytes: 1000, ends: 70n })),
      ),
      ...(["dead letters", "worker"] as const).map((kind) => ({ kind, shard: "", sizeBytes: 500, ends: 3n })),
    ],
    disks: [{ broker: 1, totalBytes: 1000, freeBytes: 400 }],
    engine: { isRed: false, missing: [] },
    certificates: new Map([["kafka:9093", now + 86_400_000]]),
  };
}

/** @param changes of the last check. */
export function knownOf(shards: number, changes: Partial<Checked> = {}): Known {
  const names = Array.from({ length: shards }, (_, index) => `shard${index}`);
  const of = <T>(each: (connector: string, shard: string) => T) =>
    names.map((shard): [string, T] => [`${shard}-connector`, each(`${shard}-connector`, shard)]);
  const memory = {
    checkedAt: now - 1000,
    connectors: { ...Object.fromEntries(of(() => watched)), [sinkName]: unknown(now - 600_000) },
  };
  return {
    checked: {
      at: now - 1000,
      memory,
      seen: { connectors: { ...Object.fromEntries(of(source)), [sinkName]: sink } },
      restarts: new Map([["shard0-connector", 2]]),
      state: stateOf(changes.memory ?? memory),
      ...changes,
    },
    sinks: { at: now - 2000, found: { [sinkName]: sinkFound } },
    beside: besideOf(Object.fromEntries(names.map((shard) => [`${shard}-connector`, shard]))),
  };
}
