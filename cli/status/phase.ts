/** What a connector is doing. Pure. */
import type { ConnectorStatus } from "../../clients/connect/client.ts";
import { statesOf } from "../../clients/connect/status.ts";
import type { Place } from "../../clients/debezium/history/place.ts";
import { known, type Notification, type ShardObservation } from "./observation.ts";
import type { Phase } from "./schema.ts";

/** From its states, its stored place and its newest notification; undefined when that is not known. */
export function phaseOf(
  status: ConnectorStatus | undefined,
  place: Place | undefined,
  seen: Pick<ShardObservation, "offsets" | "news">,
): Phase | undefined {
  if (status === undefined) return undefined;
  const { state, taskStates } = statesOf(status);
  if (state === "FAILED" || taskStates.includes("FAILED")) return "failed";
  if (state === "PAUSED") return "paused";
  if (state === "STOPPED") return "stopped";
  const running = snapshotOf(known(seen.news)?.notification);
  if (place?.snapshot !== undefined || running === "Initial Snapshot") return "snapshot";
  if (running === "Incremental Snapshot") return "incremental snapshot";
  if (taskStates.includes("RUNNING") && place !== undefined) return "streaming";
  return "error" in seen.offsets ? undefined : "starting";
}

const snapshotEnds: ReadonlySet<string> = new Set(["COMPLETED", "SKIPPED", "ABORTED", "STOPPED"]);

/** The snapshot that the newest notification tells of as being under way. */
function snapshotOf(notification: Notification | undefined): string | undefined {
  return notification === undefined || snapshotEnds.has(notification.type) ? undefined : notification.aggregate;
}
