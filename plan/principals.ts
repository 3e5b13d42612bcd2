/** Who logs in to brokers of the stack's own with `cdc:security: tls`, and the least that each is allowed there. Pure. */
import { readerGroups } from "../lib/constants.ts";
import { rebuildPrefix } from "../lib/names.ts";
import type { Acl } from "./acls.ts";
import type { PipelinePlan } from "./types.ts";

/** Accounts with a SCRAM login each, and ACLs. */
export const principals = ["worker", "source", "sink", "guard", "cdc"] as const;
export type Principal = (typeof principals)[number];

/** This program: it makes topics, accounts and ACLs, and may do everything. */
export const providerPrincipal = "provider";

/**
 * What each principal is allowed. A shard's topics go by their common prefix: a further table needs no further ACL. Upstream: the table
 * "Protocols" of Kafka's documentation of authorization; to read or write includes to describe.
 */
export function principalAcls(plan: PipelinePlan): Readonly<Record<Principal, readonly Acl[]>> {
  const { connect, shards, sharedTopics, readSide } = plan;
  const workers = connect.workers[0]?.properties["group.id"] ?? plan.stack;
  const offsets = connect.workers[0]?.properties["offset.storage.topic"];
  const prefixes = shards.map(({ topicPrefix }) => `${topicPrefix}.`);
  const byPrefix = (name: string) => prefixes.some((prefix) => name.startsWith(prefix));
  const names = (topics: readonly { readonly name: string }[]) => topics.map(({ name }) => name);
  const single = names([...shards.flatMap(({ topics }) => topics), ...sharedTopics]).filter((name) => !byPrefix(name));
  const histories = shards.flatMap(({ connector }) => connector.config["schema.history.internal.kafka.topic"] ?? []);
  const signals = shards.flatMap(({ connector }) => connector.config["signal.kafka.groupId"] ?? []);
  const deadLetters = names(readSide?.topics ?? []);
  const rebuilt = readSide === undefined ? [] : [`${readSide.deadLetterTopic}.reindex-`];
  const sinkGroups = readSide === undefined ? [] : [`connect-${readSide.sink.name}`];
  const topic = (of: readonly string[], operations: readonly string[], isPrefix = false) =>
    acl("topic", of, operations, isPrefix);
  /** Topics that connectors of the shards write to. */
  const captured = (operations: readonly string[]) => [
    ...topic(prefixes, operations, true),
    ...topic(single, operations),
  ];
  const read = [...captured(["Read"]), ...acl("group", [readerGroups], ["Read"], true)];
  return {
    worker: [
      ...topic(names(connect.topics), ["Create", "DescribeConfigs", "Read", "Write"]),
      ...acl("group", [workers], ["Read"]),
      ...acl("transactional-id", [`connect-cluster-${workers}`], ["Write"], true),
    ],
    source: [
      ...captured(["Write"]),
      // A worker asks in their name for the topic to be there.
      ...topic(offsets === undefined ? [] : [offsets], ["Create", "DescribeConfigs", "Read", "Write"]),
      ...topic(histories, ["DescribeConfigs", "Read"]),
      ...topic(signalTopicsOf(plan), ["Read"]),
      ...acl("group", [...shards.map(({ topicPrefix }) => `${topicPrefix}-schemahistory`), ...signals], ["Read"]),
      ...acl("transactional-id", [`${workers}-`], ["Write"], true),
    ],
    sink: [
      ...(readSide === undefined ? [] : captured(["Read"])),
      ...topic(deadLetters, ["Read", "Write"]),
      ...topic(rebuilt, ["Create", "Write"], true),
      // A group of its own for every rebuilt index; a worker deletes what it committed when its offsets are reset.
      ...acl("group", sinkGroups, ["Delete", "Read"], true),
      ...acl("group", readSide === undefined ? [] : [`connect-${rebuildPrefix}`], ["Delete", "Read"], true),
    ],
    guard: [
      // How full the brokers' disks are.
      ...acl("cluster", [], ["Describe"]),
      ...read,
      ...topic(names(connect.topics), ["Describe"]),
      ...topic(deadLetters, ["Read"]),
      ...acl("group", sinkGroups, ["Describe"]),
    ],
    cdc: [
      ...acl("cluster", [], ["Describe"]),
      ...read,
      ...captured(["DescribeConfigs"]),
      // Signals, rows that `cdc reconcile` writes again, and a history that is emptied by `cdc offsets reset`.
      ...captured(["Write"]),
      ...topic(histories, ["Delete"]),
      ...topic(names(connect.topics), ["DescribeConfigs", "Read"]),
      ...topic(deadLetters, ["Delete", "DescribeConfigs", "Read", "Write"]),
      ...topic(rebuilt, ["Delete", "DescribeConfigs", "Read"], true),
      ...acl("group", [workers], ["Describe"]),
      ...acl("group", sinkGroups, ["Delete", "Read"], true),
      ...acl("group", readSide === undefined ? [] : [`connect-${rebuildPrefix}`], ["Delete", "Read"], true),
    ],
  };
}

function signalTopicsOf({ shards }: PipelinePlan): string[] {
  return shards.flatMap(({ signals }) => ("topic" in signals ? [signals.topic] : []));
}

function acl(
  resource: Acl["resource"],
  names: readonly string[],
  operations: readonly string[],
  isPrefix = false,
): Acl[] {
  return names.length === 0 && resource !== "cluster"
    ? []
    : [{ resource, names: [...new Set(names)], isPrefix, operations }];
}
