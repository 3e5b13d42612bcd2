/** What must differ between shards, and from everything else. */
import type { PipelineConfig } from "../config/schema.ts";
import { sanitised, topicOf } from "../lib/names.ts";
import type { Problem } from "../lib/problem.ts";
import { isMonitored } from "./guard.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import type { PipelinePlan, PublishedPlan, TopicPlan } from "./types.ts";

/** One value that has to be unique among its kind, and where it comes from. */
interface Claim {
  readonly path: string;
  readonly value: string;
}

interface Kind {
  readonly code: Problem["code"];
  /** "host ports" */
  readonly what: string;
  readonly remedy: string;
  /** Two values that are the same to whoever uses them. */
  readonly same?: (value: string) => string;
}

const kinds = {
  name: { code: "CDC-201", what: "shard names", remedy: "give one of the shards another name" },
  key: {
    code: "CDC-201",
    what: "former names, and names of shards without one,",
    remedy: "give the other shard another name: the data under this one are the renamed shard's",
  },
  serverId: {
    code: "CDC-203",
    what: "server ids, of connectors (database.server.id) and servers (server_id, the port) alike,",
    remedy:
      "give one of the shards another serverId; left out, it follows from the port, or from the name of a shard with an existing server",
  },
  connector: { code: "CDC-204", what: "connector names", remedy: "give one of the shards another connector name" },
  topicPrefix: {
    code: "CDC-205",
    what: "topic prefixes (topic.prefix; Kafka takes '.' and '_' for one another)",
    remedy: "give one of the shards another topicPrefix; left out, it is the shard's name",
    same: sanitised,
  },
  schemaHistoryTopic: {
    code: "CDC-206",
    what: "schema history topics (a shared one cannot be recovered from)",
    remedy: "give one of the shards another schemaHistoryTopic; left out, it follows from the prefix",
    same: sanitised,
  },
} as const satisfies Partial<Record<keyof ResolvedShard, Kind>>;

const hostPorts: Kind = { code: "CDC-202", what: "host ports", remedy: "give one of them another port" };

/** Finds values that two owners claim, naming both. */
export function findClashes(shards: readonly ResolvedShard[], plan: PipelinePlan): Problem[] {
  const perShard = (field: keyof typeof kinds): Claim[] =>
    shards.map((shard, index) => ({ path: `cdc:shards[${index}].${field}`, value: String(shard[field]) }));
  // An existing server has none of this machine's ports; an entry without any is reported as such.
  const ownPorts = shards.flatMap(({ server }, index) =>
    server === undefined || server.port === 0
      ? []
      : [{ path: `cdc:shards[${index}].port`, value: String(server.port) }],
  );
  const ports = [...ownPorts, ...otherPorts(plan)];
  // Two equal ports are reported as such; their equal server-ids need no line of their own.
  const servers = ownPorts
    .filter((port, index, all) => all.findIndex((other) => other.value === port.value) === index)
    .map((port) => ({ path: `the server_id that is ${port.path}`, value: port.value }));
  return [
    ...duplicates(kinds.name, perShard("name")),
    ...duplicates(kinds.key, formerNames(shards)),
    ...duplicates(hostPorts, ports),
    ...duplicates(kinds.serverId, [...servers, ...perShard("serverId")]),
    ...duplicates(kinds.connector, [
      ...(plan.readSide === undefined ? [] : [{ path: "cdc:readSide (the sink)", value: plan.readSide.sink.name }]),
      ...perShard("connector"),
    ]),
    ...duplicates(kinds.topicPrefix, perShard("topicPrefix")),
    ...duplicates(kinds.schemaHistoryTopic, perShard("schemaHistoryTopic")),
    ...tooHigh(ports, plan.portOffset),
  ];
}

/** Finds topics that the plan would declare twice, or that Kafka would take for one another. */
export function findTopicClashes(topics: readonly TopicPlan[]): Problem[] {
  const kind: Kind = {
    code: "CDC-207",
    what: "topic names ('.' and '_' are the same to Kafka's metrics)",
    remedy: "change the prefix, history topic or table that one of them comes from",
    same: sanitised,
  };
  return duplicates(
    kind,
    topics.map((topic) => ({ path: `topic ${topic.name}`, value: topic.name })),
  );
}

/** CDC-218: tables whose changes Debezium would send to one topic, as it writes `_` for what Kafka does not take. */
export function findTableClashes(
  { connectors: { merge } }: PipelineConfig,
  shards: readonly ResolvedShard[],
): Problem[] {
  const groups =
    merge === undefined
      ? shards.map(({ topicPrefix, tables }) => ({ prefix: topicPrefix, tables }))
      : [{ prefix: merge.prefix, tables: [...new Set(shards.flatMap(({ tables }) => tables))] }];
  return groups.flatMap(({ prefix, tables }) => {
    const owners = new Map<string, string>();
    return tables.flatMap((table): Problem[] => {
      const topic = topicOf(prefix, table);
      const other = owners.get(topic) ?? table;
      owners.set(topic, other);
      if (other === table) return [];
      return [
        {
          code: "CDC-218",
          path: `topic ${topic}`,
          message: `the changes of ${table} and of ${other} would both go to it: Debezium writes _ for each character that Kafka does not take in a topic's name`,
          remedy:
            "capture one of the two only, or give one a name with other letters, digits, '.', '_' or '-' in it (RENAME TABLE)",
        },
      ];
    });
  });
}

/** Two equal names are reported as such. */
function formerNames(shards: readonly ResolvedShard[]): Claim[] {
  return shards
    .map(({ name, key }, index) => ({
      path: `cdc:shards[${index}].${key === name ? "name" : "formerName"}`,
      value: key,
      name,
    }))
    .filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index);
}

/** As they are written, before `portOffset`. */
function otherPorts({ kafka, connect, guard, readSide, monitoring, portOffset }: PipelinePlan): Claim[] {
  const each = (path: string, published: readonly (PublishedPlan | undefined)[]): Claim[] =>
    published
      .filter((one) => one !== undefined)
      .map(({ port }, index) => ({
        path: index === 0 ? path : `the port of number ${index + 1} after ${path}`,
        value: String(port.host - portOffset),
      }));
  return [
    ...each("cdc:kafka.port", kafka.brokers),
    ...each("cdc:connect.port", connect.workers),
    ...each("cdc:monitoring.port", isMonitored(guard) ? [guard] : []),
    ...each("cdc:monitoring.prometheus.port", [monitoring?.prometheus]),
    ...each("cdc:readSide.port", [readSide?.engine]),
    ...each("cdc:readSide.page.port", [readSide?.page]),
  ];
}

function duplicates(kind: Kind, claims: readonly Claim[]): Problem[] {
  const same = kind.same ?? ((value: string) => value);
  const first = new Map<string, Claim>();
  const clashes: Problem[] = [];
  for (const claim of claims) {
    const other = first.get(same(claim.value));
    if (other === undefined) first.set(same(claim.value), claim);
    else {
      const taken = other.value === claim.value ? "" : ` (as ${other.value})`;
      clashes.push({
        code: kind.code,
        path: claim.path,
        message: `${claim.value} is already taken by ${other.path}${taken}; ${kind.what} must differ`,
        remedy: kind.remedy,
      });
    }
  }
  return clashes;
}

function tooHigh(ports: readonly Claim[], offset: number): Problem[] {
  return ports
    .filter((port) => Number(port.value) + offset > 65_535)
    .map((port) => ({
      code: "CDC-208",
      path: port.path,
      message: `${port.value} + cdc:portOffset ${offset} is ${Number(port.value) + offset}; allowed are ports up to 65535`,
      remedy: "choose a smaller portOffset or port",
    }));
}
