/** How a stack's connectors write keys and values, as far as the documents depend on it. */
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import type { Written } from "./table.ts";

const jsonConverter = "org.apache.kafka.connect.json.JsonConverter";

/** The converter of keys or values, and whether it writes schemas; what the sink does not say is the worker's. */
export function converterOf(
  plan: Pick<PipelinePlan, "connect">,
  { sink }: Pick<ReadSidePlan, "sink">,
  part: "key" | "value",
): { readonly isJson: boolean; readonly hasSchemas: boolean } {
  const properties = { ...plan.connect.workers[0]?.properties, ...sink.config };
  const isJson = (properties[`${part}.converter`] ?? jsonConverter) === jsonConverter;
  return { isJson, hasSchemas: !isJson || properties[`${part}.converter.schemas.enable`] !== "false" };
}

/** How a shard's connector writes the records' keys. */
export function writtenBy(
  plan: Pick<PipelinePlan, "connect">,
  readSide: Pick<ReadSidePlan, "sink"> | undefined,
  { connector }: Pick<ShardPlan, "connector">,
): Written {
  return {
    hasSchemas: readSide === undefined || converterOf(plan, readSide, "key").hasSchemas,
    messageKeyColumns: connector.config["message.key.columns"],
  };
}
