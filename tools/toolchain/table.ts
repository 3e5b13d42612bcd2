/** The table that `make up` ends with. */
import { z } from "zod";
import { formatTable } from "../../lib/table.ts";

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
  readSide: z
    .object({
      engine: z.string(),
      page: z.string().optional(),
      sink: z.string(),
      sinkState: z.string(),
      /** From the write on a shard to its being found by a search, in milliseconds. */
      indexLatencyMs: z.record(z.string(), z.number()),
    })
    .nullish()
    // Pulumi warns of an output that is undefined, so a stack without a read side has null.
    .transform((value) => value ?? undefined),
  monitoring: z
    .object({ metrics: z.string(), page: z.string().optional(), prometheus: z.string().optional() })
    .nullish()
    .transform((value) => value ?? undefined),
});

/** The stack's outputs as a table of shards with the endpoints under it. */
export function pipelineTable(outputs: unknown): string {
  const { shards, kafka, connect, readSide, monitoring } = outputsSchema.parse(outputs);
  const seen = (ms: number | undefined, how: string) => (ms === undefined ? undefined : `${how} after ${ms} ms`);
  const rows = shards.map((shard) => [
    shard.name,
    shard.mysql,
    shard.connector,
    shard.connectorState,
    shard.taskState,
    seen(shard.probeLatencyMs, "seen"),
    ...(readSide === undefined ? [] : [seen(readSide.indexLatencyMs[shard.name], "found")]),
    `${shard.topicPrefix}.*`,
  ]);
  const index = readSide === undefined ? [] : ["INDEX"];
  const header = ["SHARD", "MYSQL", "CONNECTOR", "STATE", "TASK", "PROBE", ...index, "TOPICS"];
  const endpoints = [
    `kafka    ${kafka}`,
    `connect  ${connect}`,
    ...(readSide === undefined ? [] : [`engine   ${readSide.engine}  (${readSide.sink}: ${readSide.sinkState})`]),
    ...(readSide?.page === undefined ? [] : [`page     ${readSide.page}`]),
    ...(monitoring?.page === undefined ? [] : [`operator ${monitoring.page}`]),
    ...(monitoring === undefined ? [] : [`metrics  ${monitoring.metrics}`]),
    ...(monitoring?.prometheus === undefined ? [] : [`alerts   ${monitoring.prometheus}  (Prometheus)`]),
  ];
  return [formatTable(header, rows), "", ...endpoints].join("\n");
}
