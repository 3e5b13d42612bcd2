/** What must differ between shards, and from everything else: found before anything is created. */
import type { PipelineConfig } from "../config/schema.ts";
import type { ResolvedShard } from "./shard.ts";
import type { TopicPlan } from "./types.ts";

/** One value that has to be unique among its kind, and where it comes from. */
interface Claim {
  readonly path: string;
  readonly value: string;
}

/**
 * Finds values that two owners claim.
 * @returns one line per clash: both places, the value, and what to do; empty when all is well.
 */
export function findClashes(config: PipelineConfig, shards: readonly ResolvedShard[]): string[] {
  const perShard = (field: keyof ResolvedShard): Claim[] =>
    shards.map((shard, index) => ({ path: `cdc:shards[${index}].${field}`, value: String(shard[field]) }));
  const ports = perShard("port");
  // Two equal ports are reported as such; their equal server-ids need no line of their own.
  const servers = ports
    .filter((port, index) => ports.findIndex((other) => other.value === port.value) === index)
    .map((port) => ({ path: `the server-id that follows from ${port.path}`, value: port.value }));
  return [
    ...duplicates("shard names", perShard("name")),
    ...duplicates("host ports", [...ports, ...otherPorts(config)]),
    ...duplicates("server ids (database.server.id)", [...servers, ...perShard("serverId")]),
    ...duplicates("connector names", perShard("connector")),
    ...duplicates("topic prefixes (topic.prefix)", perShard("topicPrefix"), sanitised),
    ...duplicates("schema history topics", perShard("schemaHistoryTopic"), sanitised),
    ...tooHigh([...ports, ...otherPorts(config)], config.portOffset),
  ];
}

/** Finds topics that the plan would declare twice, or that Kafka would take for one another. */
export function findTopicClashes(topics: readonly TopicPlan[]): string[] {
  const claims = topics.map((topic) => ({ path: `topic ${topic.name}`, value: topic.name }));
  return duplicates("topic names", claims, sanitised);
}

/** Kafka uses '.' and '_' alike in metric names and refuses topics that differ in nothing else. */
function sanitised(value: string): string {
  return value.replaceAll(".", "_");
}

function otherPorts(config: PipelineConfig): Claim[] {
  return [
    { path: "cdc:kafkaPort", value: String(config.kafkaPort) },
    { path: "cdc:connectPort", value: String(config.connectPort) },
  ];
}

function duplicates(what: string, claims: readonly Claim[], same: (value: string) => string = (v) => v): string[] {
  const first = new Map<string, Claim>();
  const clashes: string[] = [];
  for (const claim of claims) {
    const other = first.get(same(claim.value));
    if (other === undefined) first.set(same(claim.value), claim);
    else clashes.push(`${claim.path}: ${claim.value} is already taken by ${other.path}; ${what} must differ`);
  }
  return clashes;
}

function tooHigh(ports: readonly Claim[], offset: number): string[] {
  return ports
    .filter((port) => Number(port.value) + offset > 65535)
    .map((port) => `${port.path}: ${port.value} + cdc:portOffset ${offset} is above 65535; choose a smaller offset`);
}
