/** The snapshot that a connector is at, as its offsets tell. */
import type { ConnectClient, ConnectorOffset } from "../clients/connect/client.ts";

/** A snapshot that a connector is at. */
export interface RunningSnapshot {
  /** Tables that it still reads; none when it reads none. */
  readonly tables: readonly string[];
  /** The id of the signal that asked for it last. */
  readonly id: string | undefined;
}

/** What the connector is reading, as its offsets tell. */
export async function runningSnapshot(
  worker: Pick<ConnectClient, "getOffsets">,
  connector: string,
): Promise<RunningSnapshot> {
  return runningIn(await worker.getOffsets(connector));
}

/** The same from offsets that were asked for already. */
export function runningIn(offsets: readonly ConnectorOffset[] | undefined): RunningSnapshot {
  const offset = offsets?.[0]?.offset;
  const text = offset?.["incremental_snapshot_collections"];
  const id = offset?.["incremental_snapshot_correlation_id"];
  const collections =
    typeof text === "string" ? (JSON.parse(text) as { incremental_snapshot_collections_id: string }[]) : [];
  return {
    tables: collections.map(({ incremental_snapshot_collections_id: table }) => table),
    id: typeof id === "string" ? id : undefined,
  };
}
