/** Topics whose readers need every record in one order have one partition; a schema history is kept for ever. */
import {
  fields,
  objects,
  ofType,
  shown,
  types,
  unknownValue,
  type Resource,
  type StackRule,
  type Violation,
} from "./resource.ts";
import { connectorSetting, mysqlConnectors } from "./servers.ts";

/** Schema history topics (of connectors) and configuration topics (of workers) are declared as their readers need them. */
export const orderedTopics: StackRule = (resources) => {
  const topics = new Map(ofType(resources, types.topic).map((topic) => [topic.inputs["name"], topic]));
  const histories = mysqlConnectors(resources).flatMap((connector) =>
    declared(connector, "schema.history.internal.kafka.topic", historyTopicOf(connector), topics, isHistory),
  );
  const configurations = ofType(resources, types.container).flatMap((worker) =>
    declared(worker, "config.storage.topic", configurationTopicOf(worker), topics, hasOnePartition),
  );
  return [...histories, ...configurations];
};

function historyTopicOf(connector: Resource): string | undefined {
  const name = connectorSetting(connector, "schema.history.internal.kafka.topic");
  return typeof name === "string" ? name : undefined;
}

/** A worker says it in the properties that are put into its container. */
function configurationTopicOf(worker: Resource): string | undefined {
  for (const { content } of objects(worker.inputs["uploads"])) {
    const [, name] = (typeof content === "string" && /^config\.storage\.topic=(.+)$/m.exec(content)) || [];
    if (name !== undefined) return name;
  }
  return undefined;
}

function declared(
  user: Resource,
  property: string,
  name: string | undefined,
  topics: ReadonlyMap<unknown, Resource>,
  check: (topic: Resource) => Violation[],
): Violation[] {
  // The name of a topic may not be known yet.
  if (name === undefined || topics.has(unknownValue)) return [];
  const topic = topics.get(name);
  if (topic !== undefined) return check(topic);
  const found = `${name}, which the stack does not declare`;
  const remedy = `declare topic ${name} with one partition: the broker would make it with its defaults, or not at all`;
  return [{ resource: user, property, found, allowed: "a topic of the stack", remedy }];
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
