/** A table in plain text, and the one that `make up` ends with. */
import { z } from "zod";

/** Columns padded to their widest cell, two spaces apart; numbers are to the right. */
export function formatTable(header: string[], rows: (string | number)[][]): string {
  const lines = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const isNumber = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const outputsSchema = z.object({
  kafka: z.string(),
  connect: z.string(),
  shards: z.array(
    z.object({
      name: z.string(),
      mysql: z.string(),
      connector: z.string(),
      connectorState: z.string(),
      taskState: z.string(),
      /** From the write on the shard to its event's arrival; milliseconds. */
      probeLatencyMs: z.number(),
      topicPrefix: z.string(),
    }),
  ),
});

/** The stack's outputs as a table of shards with the endpoints under it. */
export function pipelineTable(outputs: unknown): string {
  const { shards, kafka, connect } = outputsSchema.parse(outputs);
  const rows = shards.map((shard) => [
    shard.name,
    shard.mysql,
    shard.connector,
    shard.connectorState,
    shard.taskState,
    `seen after ${shard.probeLatencyMs} ms`,
    `${shard.topicPrefix}.*`,
  ]);
  const header = ["SHARD", "MYSQL", "CONNECTOR", "STATE", "TASK", "PROBE", "TOPICS"];
  return `${formatTable(header, rows)}\n\nkafka    ${kafka}\nconnect  ${connect}`;
}
