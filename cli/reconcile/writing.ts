/** How a stack's connectors write keys and values, as far as the documents depend on it. */
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { UsageError } from "../exit.ts";
import type { UnsignedKeys } from "./normalise.ts";

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

/** How unsigned bigints are written into keys. */
export function unsignedKeysOf({ connector }: ShardPlan): UnsignedKeys {
  return connector.config["bigint.unsigned.handling.mode"] === "precise" ? "precise" : "long";
}

/** @throws UsageError when rows are told apart by other columns than the primary key's. */
export function requirePrimaryKeys({ name, connector }: ShardPlan): void {
  if (connector.config["message.key.columns"] === undefined) return;
  throw new UsageError(
    `${name}: message.key.columns is set, so the documents' ids are not made of the primary key`,
    "rows can be compared by the primary key only; take message.key.columns out of the connector's properties",
  );
}
