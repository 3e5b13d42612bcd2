/** What can be seen of the connectors from outside: the worker's word, the broker's offsets, whether the database answers. */
import type {
  ConnectClient,
  ConnectorOffset,
  ConnectorStatus,
  ExpandedConnector,
} from "../../clients/connect/client.ts";
import type { LossWords } from "../../clients/debezium/history/words.ts";
import type { TopicAdmin } from "../../clients/kafka/admin.ts";
import type { MysqlEndpoint } from "../../lib/endpoint.ts";
import { isSameBeginning, lookAtBeginning } from "./begun.ts";
import type { WatchedHistory } from "./memory.ts";
import {
  isFailed,
  restingOf,
  type Beat,
  type Observation,
  type ObservedConnector,
  type Questions,
  type SeenHistory,
} from "./observation.ts";
import { ownHeartbeatTopic } from "../../lib/names.ts";
import { messageOf } from "../../lib/run.ts";

export interface World {
  readonly worker: Pick<ConnectClient, "listConnectors" | "getOffsets">;
  readonly broker: Pick<TopicAdmin, "endOffsets" | "startOffsets">;
  /** Offset of the newest notification between two offsets that tells of an initial snapshot begun; undefined when none does. */
  readonly newestSnapshot: (topic: string, from: bigint, to: bigint) => Promise<bigint | undefined>;
  /** Says why the database does not answer; undefined when it does. */
  readonly databaseObstacle: (server: MysqlEndpoint) => Promise<string | undefined>;
  /** How the place is lost; undefined when it is not. What was purged counts for one that rests. */
  readonly lossOf: (
    connector: string,
    config: Readonly<Record<string, string>>,
    offsets: readonly ConnectorOffset[],
    rests: boolean,
  ) => Promise<LossWords | undefined>;
}

/** The table that `heartbeat.action.query` writes: in the pipeline's own database. */
const heartbeatTable = "cdc.heartbeat";

/**
 * Looks once.
 * @param ask which further questions a connector's state raises, once status and heartbeat are known.
 * @throws Error when the worker does not answer: then nothing is known.
 */
export async function observe(
  world: World,
  ask: (name: string, status: ConnectorStatus, beat: Beat) => Questions,
): Promise<Observation> {
  const listed = Object.values(await world.worker.listConnectors()).filter(isWhole);
  const { beats, error } = await readBeats(world, listed);
  const errors = error === undefined ? [] : [error];
  const offsetsOf = async (name: string) =>
    await world.worker.getOffsets(name).catch((reason: unknown) => {
      // Then nothing is concluded from them.
      errors.push(`${name}: its offsets cannot be read: ${messageOf(reason)}`);
      return undefined;
    });
  const lookAt = async ({ info, status }: ExpandedConnector): Promise<ObservedConnector> => {
    const { name, config } = info;
    const beat = beatOf(info, beats);
    const wanted = ask(name, status, beat);
    const asksServer = wanted.history !== undefined && config["database.hostname"] !== undefined;
    const found = wanted.obstacle || asksServer ? await obstacleOf(world, config, status, error) : undefined;
    const obstacle = wanted.obstacle ? found : undefined;
    // Without its database a connector does not come forward, and its place cannot be judged: no need to ask.
    const offsets = (wanted.offsets || asksServer) && found === undefined ? await offsetsOf(name) : undefined;
    const history =
      asksServer && offsets !== undefined
        ? await historyOf(world, { info, status }, offsets, wanted.history?.before)
        : undefined;
    return {
      info,
      status,
      beat,
      config: JSON.stringify(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      ...(wanted.offsets && offsets !== undefined ? { offsets } : {}),
      ...(obstacle === undefined ? {} : { obstacle }),
      ...(history === undefined ? {} : { history }),
    };
  };
  const seen = await Promise.all(listed.map(async (one) => [one.info.name, await lookAt(one)] as const));
  return { connectors: Object.fromEntries(seen), ...(errors.length === 0 ? {} : { error: errors.join("; ") }) };
}

async function historyOf(
  world: World,
  { info: { name, config }, status }: ExpandedConnector,
  offsets: readonly ConnectorOffset[],
  before: WatchedHistory | undefined,
): Promise<SeenHistory> {
  try {
    const begun = await lookAtBeginning(world, config, before?.begun);
    const rests = restingOf(status) !== undefined;
    const loss = await world.lossOf(name, config, offsets, rests);
    // A connector that went on from a lost place has long another one: what it had at the last check tells.
    const goesOn =
      loss === undefined && offsets.length > 0 && before !== undefined && isSameBeginning(before.begun, begun);
    const lossBefore = goesOn ? await world.lossOf(name, config, before.offsets, rests) : undefined;
    return { offsets, begun, loss, lossBefore };
  } catch (error) {
    return { unknown: messageOf(error) };
  }
}

/** Right after its creation, and right after its deletion, a connector is listed without one of its halves. */
function isWhole(listed: Partial<ExpandedConnector>): listed is ExpandedConnector {
  return listed.info !== undefined && listed.status !== undefined;
}

async function readBeats(
  world: World,
  connectors: readonly ExpandedConnector[],
): Promise<{ beats?: Map<string, bigint>; error?: string }> {
  const topics = connectors.map(({ info }) => heartbeatTopic(info.config)).filter((topic) => topic !== undefined);
  if (topics.length === 0) return { beats: new Map() };
  try {
    return { beats: await world.broker.endOffsets(topics) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function heartbeatTopic(config: Readonly<Record<string, string>>): string | undefined {
  const prefix = config["topic.prefix"];
  if (prefix === undefined) return undefined;
  // The server's own heartbeats in its binlog make Debezium's, where no row may be written.
  if (config["read.only"] === "true") return ownHeartbeatTopic(prefix);
  return config["heartbeat.action.query"] ? `${prefix}.${heartbeatTable}` : undefined;
}

function beatOf({ config, type }: ExpandedConnector["info"], beats: ReadonlyMap<string, bigint> | undefined): Beat {
  if (type === "sink") return { kind: "none" };
  const topic = heartbeatTopic(config);
  if (topic === undefined) return { kind: "unwatched", why: "it has no heartbeat.action.query" };
  if (beats === undefined) return { kind: "unknown" };
  const offset = beats.get(topic);
  return offset === undefined ? { kind: "unwatched", why: `there is no topic ${topic}` } : { kind: "offset", offset };
}

/** A restart is of no use while broker or database are away. */
async function obstacleOf(
  world: World,
  config: Readonly<Record<string, string>>,
  status: ConnectorStatus,
  brokerError: string | undefined,
): Promise<string | undefined> {
  if (brokerError !== undefined && isFailed(status)) return brokerError;
  const host = config["database.hostname"];
  return host === undefined
    ? undefined
    : await world.databaseObstacle({ host, port: Number(config["database.port"] ?? 3306) });
}
