/** Since when a record is on its way to the index. */
import { decode } from "./decode.ts";
import type { TopicRecord } from "../../kafka/topic.ts";

/**
 * When its change was committed, in ms since 1970, where it tells that. A row that a snapshot read carries the time of the
 * snapshot, so it counts from when it came to its topic, as does what is no event.
 */
export function waitingSince(record: TopicRecord): number {
  const event = decode(record);
  const isChange = event.kind === "schema-change" || (event.kind === "change" && event.op !== "r");
  const committedUs = isChange ? event.sourceTimeUs : undefined;
  return committedUs === undefined ? record.timestampMs : Math.min(record.timestampMs, committedUs / 1000);
}
