/** The table that `make up` ends with. */
import { z } from "zod";
import { formatTable } from "../lib/table.ts";

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
      /** From the write on the shard to its event's arrival, in milliseconds; not there for a paused or stopped connector. */
      probeLatencyMs: z.number().optional(),
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
    shard.probeLatencyMs === undefined ? undefined : `seen after ${shard.probeLatencyMs} ms`,
    `${shard.topicPrefix}.*`,
  ]);
  const header = ["SHARD", "MYSQL", "CONNECTOR", "STATE", "TASK", "PROBE", "TOPICS"];
  return `${formatTable(header, rows)}\n\nkafka    ${kafka}\nconnect  ${connect}`;
}
