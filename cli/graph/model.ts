/** The pipeline as a graph, from the plan alone. Pure. */
import { hostAndPort } from "../../lib/endpoint.ts";
import { isMonitored } from "../../plan/guard.ts";
import type { MonitoringPlan } from "../../plan/monitoring.ts";
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { opensearchVersion } from "../../lib/versions.ts";
import { declaredTopics } from "../topics/compare.ts";

export type NodeKind =
  | "shard"
  | "connector"
  | "topics"
  | "merged topics"
  | "guard"
  | "sink"
  | "engine"
  | "page"
  | "prometheus"
  | "alertmanager";

export interface GraphNode {
  /** Letters and digits only: an identifier in Mermaid. */
  readonly id: string;
  readonly kind: NodeKind;
  /** The first line is the name. */
  readonly lines: readonly string[];
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** A side matter, drawn dashed. */
  readonly dashed?: true;
}

/** Nodes that lie inside something: the workers, the brokers. */
export interface GraphGroup {
  readonly id: string;
  readonly label: string;
  readonly nodes: readonly GraphNode[];
}

export interface PipelineGraph {
  readonly title: string;
  readonly groups: readonly GraphGroup[];
  readonly edges: readonly GraphEdge[];
}

/** Data topics that are named in a node; with more, their number is enough. */
const namedTopics = 6;

/**
 * Shards on the left, their connectors on the workers, the topics on the brokers, the guard beside them; on the right what
 * the read side makes of the topics: sink, engine, page.
 * A shard's topics are one node: the changes by name, the pipeline's own by number.
 */
export function pipelineGraph(plan: PipelinePlan): PipelineGraph {
  const merged = plan.sharedTopics.map(({ name }) => name);
  const ids = plan.shards.map((_, index) => index);
  const groups: GraphGroup[] = [
    { id: "mysql", label: `MySQL ${plan.images.mysqlVersion}`, nodes: plan.shards.map(shardNode) },
    {
      id: "workers",
      label: `Kafka Connect (${many(plan.connect.workers.length, "worker")})`,
      nodes: plan.shards.map(connectorNode),
    },
    {
      id: "brokers",
      label: kafkaLabel(plan),
      nodes: [
        ...plan.shards.map((shard, index) => topicsNode(plan, shard, index)),
        ...(merged.length === 0
          ? []
          : [{ id: "merged", kind: "merged topics", lines: ["all shards' changes", ...listed(merged)] } as const]),
      ],
    },
    ...(plan.guard === undefined ? [] : [{ id: "side", label: "", nodes: [guardNode(plan.guard)] }]),
    ...(plan.readSide === undefined ? [] : [readSideGroup(plan.readSide)]),
    ...(plan.monitoring === undefined ? [] : [monitoringGroup(plan.monitoring)]),
  ];
  const edges: GraphEdge[] = ids.flatMap((index) => [
    { from: `shard${index}`, to: `connector${index}`, label: "binlog" },
    ...(merged.length === 0 ? [] : [{ from: `connector${index}`, to: "merged" }]),
    { from: `connector${index}`, to: `topics${index}` },
  ]);
  if (plan.guard !== undefined) edges.push({ from: "guard", to: "workers", label: "watches, restarts", dashed: true });
  if (plan.readSide !== undefined) edges.push(...readSideEdges(plan.readSide, merged.length === 0 ? ids : undefined));
  if (plan.monitoring !== undefined) edges.push(...monitoringEdges(plan.monitoring));
  return { title: plan.stack, groups, edges };
}

/** Of brokers that somebody else runs neither version nor number is known. */
function kafkaLabel({ images, kafka }: PipelinePlan): string {
  return kafka.existing === undefined
    ? `Kafka ${images.kafkaVersion} (${many(kafka.brokers.length, "broker")})`
    : `Kafka at ${kafka.endpoints.fromHost.bootstrap.split(",", 1)[0]}`;
}

function readSideGroup({ engine, endpoints, sink, indices, page }: ReadSidePlan): GraphGroup {
  const aliases = listed(indices.map(({ alias }) => alias));
  return {
    id: "readside",
    label: "read side",
    nodes: [
      {
        id: "sink",
        kind: "sink",
        lines: [sink.name, "on the workers", many(Number(sink.config["tasks.max"]), "task")],
      },
      {
        id: "engine",
        kind: "engine",
        lines: [
          engine === undefined ? "search engine" : `OpenSearch ${opensearchVersion}`,
          addressOf(endpoints.fromHost.url),
          ...aliases,
        ],
      },
      ...(page === undefined
        ? []
        : [{ id: "page", kind: "page", lines: ["search page", addressOf(page.endpoints.fromHost.url)] } as const]),
    ],
  };
}

/** @param shards whose own topics are read; undefined where the merged ones are. */
function readSideEdges({ page }: ReadSidePlan, shards: readonly number[] | undefined): GraphEdge[] {
  return [
    ...(shards === undefined
      ? [{ from: "merged", to: "sink" }]
      : shards.map((index) => ({ from: `topics${index}`, to: "sink" }))),
    { from: "sink", to: "engine", label: "a document for each row" },
    ...(page === undefined ? [] : [{ from: "engine", to: "page", label: "searches" }]),
  ];
}

function addressOf(url: string): string {
  return url.replace(/^https?:\/\//, "");
}

function guardNode(guard: NonNullable<PipelinePlan["guard"]>): GraphNode {
  const metrics = isMonitored(guard) ? [`${addressOf(guard.endpoints.fromHost.url)}/metrics`] : [];
  return { id: "guard", kind: "guard", lines: ["guard", ...metrics] };
}

function monitoringGroup({ prometheus, alertmanager }: MonitoringPlan): GraphGroup {
  return {
    id: "monitoring",
    label: "monitoring",
    nodes: [
      { id: "prometheus", kind: "prometheus", lines: ["Prometheus", addressOf(prometheus.endpoints.fromHost.url)] },
      ...(alertmanager === undefined
        ? []
        : [{ id: "alertmanager", kind: "alertmanager", lines: ["Alertmanager"] } as const]),
    ],
  };
}

function monitoringEdges({ alertmanager }: MonitoringPlan): GraphEdge[] {
  return [
    { from: "guard", to: "prometheus", label: "metrics", dashed: true },
    ...(alertmanager === undefined
      ? []
      : [{ from: "prometheus", to: "alertmanager", label: "alerts", dashed: true } as const]),
  ];
}

function shardNode({ name, server, endpoints }: ShardPlan, index: number): GraphNode {
  return {
    id: `shard${index}`,
    kind: "shard",
    lines: [name, ...(server === undefined ? [] : [server.alias]), hostAndPort(endpoints.fromHost)],
  };
}

function connectorNode({ connector }: ShardPlan, index: number): GraphNode {
  const serverId = `server id ${connector.config["database.server.id"] ?? "?"}`;
  const lines = [connector.name, `Debezium ${connector.debeziumVersion}`, serverId];
  const state = connector.state === "running" ? [] : [`declared ${connector.state}`];
  return { id: `connector${index}`, kind: "connector", lines: [...lines, ...state] };
}

function topicsNode(plan: PipelinePlan, shard: ShardPlan, index: number): GraphNode {
  const own = declaredTopics(plan).filter((declared) => declared.shard === shard.name);
  const data = own.filter(({ kind }) => kind === "data").map(({ topic }) => topic.name);
  const others = own.filter(({ kind }) => kind !== "data").map(({ kind }) => kind);
  const kinds = [...new Set(others)].join(", ");
  return {
    id: `topics${index}`,
    kind: "topics",
    lines: [`${shard.topicPrefix}.*`, ...listed(data), ...wrapped(`own: ${kinds}`)],
  };
}

function listed(names: readonly string[]): string[] {
  const shown = names.slice(0, namedTopics);
  return names.length > shown.length ? [...shown, `and ${names.length - shown.length} more`] : shown;
}

/** Lines of at most 40 characters, broken after commas. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/(?<=,) /)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 40) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
