/** What was asked beside the checks, as metrics. Pure. What could not be read gives no sample. */
import { rowsRead, tablesRead, type SnapshotTold, type Told } from "../../../clients/debezium/told.ts";
import { differencesIn, uncomparedIn } from "../../../clients/debezium/reconciliation.ts";
import type { Beside, BinlogFound } from "../beside/found.ts";
import { isRunning, type ObservedConnector } from "../observation.ts";
import type { Sample } from "./samples.ts";

/** @param connectors those that the guard has judged, as its last check saw them. */
export function samplesBeside(beside: Beside, connectors: readonly (readonly [string, ObservedConnector])[]): Sample[] {
  const sources = connectors.filter(([, { info }]) => info.type === "source");
  return [
    ...sources.flatMap(([connector, one]) => samplesOfSource(connector, one, beside)),
    ...ofNoShard(beside),
    ...(beside.topics ?? []).flatMap(({ shard, kind, sizeBytes, ends }): Sample[] => {
      const labels = { shard, kind };
      const size: Sample = { name: "cdc_topics_size_bytes", labels, value: sizeBytes };
      const isData = kind === "data" || kind === "merged data";
      return isData ? [size, { name: "cdc_topics_records_total", labels, value: Number(ends) }] : [size];
    }),
    ...(beside.disks ?? []).flatMap(({ broker, totalBytes, freeBytes }): Sample[] => [
      { name: "cdc_broker_disk_size_bytes", labels: { broker: String(broker) }, value: totalBytes },
      { name: "cdc_broker_disk_free_bytes", labels: { broker: String(broker) }, value: freeBytes },
    ]),
    ...(beside.engine === undefined
      ? []
      : ([
          { name: "cdc_engine_red", labels: {}, value: Number(beside.engine.isRed) },
          { name: "cdc_engine_missing_aliases", labels: {}, value: beside.engine.missing.length },
        ] as const)),
    ...[...beside.certificates].map(([server, end]): Sample => ({
      name: "cdc_certificate_end_timestamp_seconds",
      labels: { server },
      value: end / 1000,
    })),
  ];
}

function samplesOfSource(connector: string, seen: ObservedConnector, beside: Beside): Sample[] {
  const labels = { connector, shard: seen.info.config["topic.prefix"] ?? "" };
  const [binlog, transactions, told] = [
    beside.binlogs.get(connector),
    beside.transactions.get(connector),
    beside.told.get(connector),
  ];
  return [
    ...(binlog === undefined ? [] : samplesOfBinlog(labels, binlog)),
    ...(transactions === undefined
      ? []
      : ([{ name: "cdc_connector_transactions_total", labels, value: Number(transactions) }] as const)),
    ...(told === undefined ? [] : samplesOfTold(labels, told, seen)),
  ];
}

function samplesOfBinlog(labels: Sample["labels"], { behindBytes, keptSeconds, lastsMs }: BinlogFound): Sample[] {
  const behind: Sample = { name: "cdc_connector_binlog_behind_bytes", labels, value: behindBytes };
  if (keptSeconds === undefined || lastsMs === undefined) return [behind];
  return [
    behind,
    { name: "cdc_connector_place_lasts_seconds", labels, value: lastsMs / 1000 },
    { name: "cdc_connector_binlog_kept_seconds", labels, value: keptSeconds },
  ];
}

function samplesOfTold(labels: Sample["labels"], { snapshot, reconciled }: Told, seen: ObservedConnector): Sample[] {
  return [
    { name: "cdc_snapshot_running", labels, value: Number(isSnapshotRunning(snapshot, seen)) },
    ...(snapshot === undefined
      ? []
      : ([
          { name: "cdc_snapshot_tables", labels, value: snapshot.tables.size },
          { name: "cdc_snapshot_read_tables", labels, value: tablesRead(snapshot) },
          { name: "cdc_snapshot_read_rows", labels, value: rowsRead(snapshot) },
        ] as const)),
    ...(reconciled === undefined
      ? []
      : ([
          { name: "cdc_reconcile_timestamp_seconds", labels, value: reconciled.timeMs / 1000 },
          { name: "cdc_reconcile_differences", labels, value: differencesIn(reconciled) },
          { name: "cdc_reconcile_not_compared_tables", labels, value: uncomparedIn(reconciled) },
        ] as const)),
  ];
}

/** A connector that failed or rests tells no end of its snapshot. */
export function isSnapshotRunning(
  snapshot: SnapshotTold | undefined,
  { status }: Pick<ObservedConnector, "status">,
): boolean {
  return snapshot !== undefined && !snapshot.isOver && isRunning(status);
}

/** Told on every shard's topic by a run over all; the newest counts. */
function ofNoShard({ told }: Beside): Sample[] {
  const [newest] = [...told.values()]
    .flatMap(({ reconciled }) => (reconciled?.ofNoShard === undefined ? [] : [reconciled]))
    .toSorted((a, b) => b.timeMs - a.timeMs);
  return newest?.ofNoShard === undefined
    ? []
    : [{ name: "cdc_reconcile_of_no_shard_documents", labels: {}, value: newest.ofNoShard }];
}
