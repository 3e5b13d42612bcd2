/** What the account of the plan has to be allowed on brokers that somebody else runs: least privileges, by Kafka's names. Pure. */
import { readerGroups } from "../lib/constants.ts";
import type { PipelinePlan, TopicPlan } from "./types.ts";

/** One command's worth of ACLs. Upstream: kafka-acls.sh, and the table "Protocols" of Kafka's documentation of authorization. */
export interface Acl {
  readonly resource: "cluster" | "group" | "topic" | "transactional-id";
  /** Of which resources; the cluster has no name. */
  readonly names: readonly string[];
  /** Whether names that begin so are meant. */
  readonly isPrefix: boolean;
  readonly operations: readonly string[];
}

/** What is done with every topic of the plan: it is declared, looked at, written, read, and mended when its settings were changed. */
const topicOperations = ["Alter", "AlterConfigs", "Create", "Describe", "DescribeConfigs", "Read", "Write"];

/** All ACLs of the account. Nothing is asked of topics, groups or transactions that are not this stack's. */
export function neededAcls(plan: PipelinePlan): Acl[] {
  const { kafka, connect, shards, sharedTopics, readSide } = plan;
  const emptied = new Set([
    ...shards.map(({ connector }) => connector.config["schema.history.internal.kafka.topic"]),
    ...(readSide === undefined ? [] : [readSide.deadLetterTopic, readSide.retryTopic]),
  ]);
  const topics = [
    ...connect.topics,
    ...shards.flatMap((shard) => shard.topics),
    ...sharedTopics,
    ...(readSide?.topics ?? []),
  ];
  const isEmptied = ({ name }: TopicPlan) => kafka.existing?.deleteTopics === true || emptied.has(name);
  const workers = connect.workers[0]?.properties["group.id"] ?? plan.stack;
  const readingGroups = shards.flatMap(({ topicPrefix, connector }) => [
    `${topicPrefix}-schemahistory`,
    connector.config["signal.kafka.groupId"] ?? [],
  ]);
  const acls = (
    resource: Acl["resource"],
    names: readonly string[],
    operations: readonly string[],
    isPrefix = false,
  ): Acl[] => (names.length === 0 ? [] : [{ resource, names, isPrefix, operations }]);
  return [
    // How much topics hold on the brokers' disks (DescribeLogDirs).
    { resource: "cluster", names: [], isPrefix: false, operations: ["Describe"] },
    ...acls(
      "topic",
      topics.map(({ name }) => name),
      topicOperations,
    ),
    ...acls(
      "topic",
      topics.filter(isEmptied).map(({ name }) => name),
      ["Delete"],
    ),
    ...acls("group", [workers, ...readingGroups.flat()], ["Describe", "Read"]),
    ...acls("group", readSide === undefined ? [] : [`connect-${readSide.sink.name}`], ["Delete", "Describe", "Read"]),
    // Exactly-once sources (KIP-618): of the workers' leader, and of each task.
    ...acls("transactional-id", [`connect-cluster-${workers}`, `${workers}-`], ["Describe", "Write"], true),
    // Each reader of a topic has a group of its own, which the brokers forget: nothing is committed.
    ...acls("group", [readerGroups], ["Describe", "Read"], true),
  ];
}

/** The arguments by which kafka-acls.sh is told of one, beside whose it is. */
export function aclArguments({ resource, names, isPrefix, operations }: Acl): string[] {
  return [
    ...operations.flatMap((operation) => ["--operation", operation]),
    ...(resource === "cluster" ? ["--cluster"] : names.flatMap((name) => [`--${resource}`, name])),
    ...(isPrefix ? ["--resource-pattern-type", "prefixed"] : []),
  ];
}
