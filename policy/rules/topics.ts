/** Topics whose readers need every record in one order have one partition; a schema history is kept for ever. */
import {
  fields,
  ofType,
  shown,
  types,
  unknownValue,
  type Resource,
  type StackRule,
  type Violation,
} from "./resource.ts";
import { connectorSetting, mysqlConnectors } from "./servers.ts";

const setting = "schema.history.internal.kafka.topic";

/** Schema history topics are declared as their connectors need them. (Its own topics a worker makes, or refuses, itself.) */
export const orderedTopics: StackRule = (resources) => {
  const declared = [...ofType(resources, types.topic), ...ofType(resources, types.sharedTopic)];
  const topics = new Map(declared.map((topic) => [topic.inputs["name"], topic]));
  return mysqlConnectors(resources).flatMap((connector) => {
    const name = connectorSetting(connector, setting);
    // The name of a topic may not be known yet.
    if (typeof name !== "string" || topics.has(unknownValue)) return [];
    const topic = topics.get(name);
    return topic === undefined ? [undeclared(connector, name)] : isHistory(topic);
  });
};

function undeclared(resource: Resource, name: string): Violation {
  const found = `${name}, which the stack does not declare`;
  const remedy = `declare topic ${name} with one partition: the broker would make it with its defaults, or not at all`;
  return { resource, property: setting, found, allowed: "a topic of the stack", remedy };
}

function hasOnePartition(topic: Resource): Violation[] {
  const { partitions } = topic.inputs;
  if (partitions === 1 || partitions === unknownValue) return [];
  const remedy = "set partitions to 1: records in several partitions have no order";
  return [{ resource: topic, property: "partitions", found: shown(partitions), allowed: "1", remedy }];
}

function isHistory(topic: Resource): Violation[] {
  const { config } = topic.inputs;
  if (config === unknownValue) return hasOnePartition(topic);
  const settings = fields(config);
  const violations = hasOnePartition(topic);
  const complain = (key: string, allowed: string, remedy: string) =>
    violations.push({ resource: topic, property: `config.${key}`, found: shown(settings[key]), allowed, remedy });
  const { "retention.ms": ms, "retention.bytes": bytes, "cleanup.policy": cleanup } = settings;
  if (ms !== "-1" && ms !== unknownValue)
    complain("retention.ms", '"-1"', "set retention.ms to -1: a connector replays its whole history at every start");
  // Not set is the broker's default, no limit.
  if (bytes !== undefined && bytes !== "-1" && bytes !== unknownValue)
    complain(
      "retention.bytes",
      '"-1"',
      "set retention.bytes to -1: a connector replays its whole history at every start",
    );
  if (typeof cleanup === "string" && cleanup !== "delete")
    complain("cleanup.policy", '"delete"', "set cleanup.policy to delete: records without keys cannot be compacted");
  return violations;
}
