/** What is checked for flow, and how far a change came that did not get through. */
import type { HttpEndpoint, KafkaEndpoint, MysqlEndpoint } from "../lib/endpoint.ts";
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../plan/types.ts";

/** Which shard is checked, and where its parts are reached from this machine. */
export interface FlowTarget {
  readonly shard: string;
  /** The shard's server. */
  readonly mysql: MysqlEndpoint;
  readonly connector: string;
  readonly connect: HttpEndpoint;
  readonly kafka: KafkaEndpoint;
  readonly probeTopic: string;
  /** Whether nothing may be written: the proof is the connector's place then (flow-position.ts). Default false. */
  readonly isReadOnly?: true;
  /** The connector's `table.include.list`: every entry has to fit a table. */
  readonly tables: string;
  /** Names of the workers' containers, whose log explains a connector that hangs. */
  readonly workers: readonly string[];
}

/** The read side's end of the way: which document has to hold the probe of a shard. */
export interface IndexTarget {
  /** The engine, as reached from this machine. */
  readonly engine: HttpEndpoint;
  /** Alias of the index of the probes. */
  readonly alias: string;
  /** The document's `_id`. */
  readonly documentId: string;
  /** Name of the sink connector. */
  readonly sink: string;
  readonly connect: HttpEndpoint;
  /** Where the sink puts what it cannot take. */
  readonly deadLetterTopic: string;
  /** Topics that the sink has to pass in place of a document, where nothing may be written. Default: there is a document. */
  readonly topics?: readonly string[];
}

/** The way of a change, in its order. */
export type Stage = "database" | "binlog" | "connector" | "task" | "topic" | "index";

/** A change did not get through; says how far it came. */
export class FlowError extends Error {
  readonly stage: Stage;
  constructor(shard: string, stage: Stage, message: string, options?: ErrorOptions) {
    super(`${shard}: no change flows; stuck at ${stage}: ${message}`, options);
    this.name = "FlowError";
    this.stage = stage;
  }
}

/** Where the probes of a planned shard go. */
export function flowTargetOf(plan: Pick<PipelinePlan, "connect" | "kafka">, shard: ShardPlan): FlowTarget {
  return {
    shard: shard.name,
    mysql: shard.endpoints.fromHost,
    connector: shard.connector.name,
    connect: plan.connect.endpoints.fromHost,
    kafka: plan.kafka.endpoints.fromHost,
    probeTopic: shard.probeTopic,
    ...(shard.account.isReadOnly && { isReadOnly: true as const }),
    tables: shard.connector.config["table.include.list"] ?? "",
    workers: plan.connect.workers.map(({ container }) => container),
  };
}

/** The key of the only row of the probe table. */
const probeKey = 1;

/** Where a shard's probes have to be found in the index. */
export function indexTargetOf(
  plan: Pick<PipelinePlan, "connect">,
  readSide: ReadSidePlan,
  shard: Pick<ShardPlan, "name" | "account" | "topics">,
): IndexTarget {
  const { alias = "", shards = [] } = readSide.probeIndex ?? {};
  const id = shards.find(({ name }) => name === shard.name)?.id ?? shard.name;
  return {
    engine: readSide.endpoints.fromHost,
    alias,
    documentId: `${id}:${probeKey}`,
    sink: readSide.sink.name,
    connect: plan.connect.endpoints.fromHost,
    deadLetterTopic: readSide.deadLetterTopic,
    ...(shard.account.isReadOnly && { topics: topicsOf(readSide, shard) }),
  };
}

/** What was proven, by its name: where nothing may be written, no change of ours has gone the way. */
export function provenWords({ isReadOnly, probeTopic }: FlowTarget, index: IndexTarget | undefined): string {
  if (isReadOnly !== true)
    return index === undefined ? `a change was seen on ${probeTopic}` : `a change was found in ${index.alias}`;
  const passed = `all that its server had committed was passed by`;
  return index === undefined
    ? `${passed} the connector, and a heartbeat seen on ${probeTopic},`
    : `${passed} ${index.sink}`;
}

/** The topics of a shard's indexed tables; merged ones have those of other shards too. */
function topicsOf({ indices }: ReadSidePlan, { name, topics }: Pick<ShardPlan, "name" | "topics">): string[] {
  const own = new Set(topics.map((topic) => topic.name));
  const read = indices
    .filter(({ shards }) => shards.some((shard) => shard.name === name))
    .flatMap((index) => index.topics);
  const ofShard = read.filter((topic) => own.has(topic));
  return [...new Set(ofShard.length > 0 ? ofShard : read)];
}

/** An error in words; Node leaves the message empty when every address of a name refuses. */
export function text(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
