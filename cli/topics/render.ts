/** Topics as a table. Pure, but for colours. */
import { formatTable } from "../../lib/table.ts";
import { coloured } from "../output.ts";
import { bytes } from "../../lib/words.ts";
import { isWrong, type TopicRow } from "./compare.ts";

export function renderTopics(rows: readonly TopicRow[]): string {
  return formatTable(
    ["TOPIC", "KIND", "PARTITIONS", "REPLICAS", "POLICY", "RECORDS", "SIZE", ""],
    rows.map((row) => [
      row.name,
      row.kind,
      row.partitions,
      row.replicas,
      row.policy,
      row.records,
      row.sizeBytes === undefined ? "-" : bytes(row.sizeBytes),
      row.remark === undefined ? "" : coloured(isWrong(row) ? "red" : "yellow", row.remark),
    ]),
  );
}
