/** Looks at what the guard's work does not need, and people want to know: beside its checks, which never wait for it. */
import { countGtids, parseGtids } from "../../../clients/debezium/history/gtid-set.ts";
import { placeOf, type Place } from "../../../clients/debezium/history/place.ts";
import type { Told } from "../../../clients/debezium/told.ts";
import type { ExpandedConnector } from "../../../clients/connect/client.ts";
import type { Binlogs } from "../../../clients/mysql/binlogs.ts";
import { binlogBehind, placeLastsMs } from "../../../lib/binlog.ts";
import type { Checked } from "../loop.ts";
import type { BinlogFound, Beside, EngineFound } from "./found.ts";

type Info = ExpandedConnector["info"];

/** What is asked; each fails by itself, and then is not known. */
export interface BesideQuestions {
  readonly binlogs: (config: Info["config"]) => Promise<Binlogs>;
  readonly told: (sources: readonly Info[]) => Promise<ReadonlyMap<string, Told>>;
  readonly topics: (sources: readonly Info[]) => Promise<Required<Pick<Beside, "topics" | "disks">>>;
  /** Undefined where the plan has no engine. */
  readonly engine: () => Promise<EngineFound | undefined>;
  /** By `HOST:PORT`, of all but the servers, whose ends come with their binlogs. */
  readonly certificates: () => Promise<ReadonlyMap<string, number>>;
}

const unknown = () => undefined;

/**
 * @param checked the last check: its connectors are looked at, and their places taken as it knows them.
 * @param stallSeconds a place that was judged longer ago than twice that is not taken.
 */
export async function lookBeside(
  checked: Checked | undefined,
  questions: BesideQuestions,
  stallSeconds: number,
  now: () => number,
): Promise<Beside> {
  const at = now();
  const sources = Object.values(checked?.seen?.connectors ?? {})
    .map(({ info }) => info)
    .filter(({ type }) => type === "source");
  const places = new Map(sources.flatMap(({ name }) => placeAt(checked, name, at - 2 * stallSeconds * 1000)));
  const [servers, told, topics, engine, certificates] = await Promise.all([
    Promise.all(sources.map(async (info) => await lookAtServer(info, places.get(info.name), questions, now))),
    questions.told(sources).catch(unknown),
    questions.topics(sources).catch(unknown),
    questions.engine().catch(unknown),
    questions.certificates().catch(unknown),
  ]);
  return {
    at,
    binlogs: new Map(servers.flatMap(({ name, binlog }) => (binlog === undefined ? [] : [[name, binlog]]))),
    transactions: new Map(
      [...places].flatMap(([name, { gtids }]) => (gtids === undefined ? [] : [[name, countGtids(parseGtids(gtids))]])),
    ),
    told: told ?? new Map(),
    topics: topics?.topics,
    disks: topics?.disks,
    engine,
    certificates: new Map([
      ...servers.flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate])),
      ...(certificates ?? []),
    ]),
  };
}

/** The place that the guard's own check of the server's history knows: the worker need not be asked once more. */
function placeAt(checked: Checked | undefined, name: string, since: number): [string, Place][] {
  const history = checked?.memory.connectors[name]?.history;
  if (history === undefined || history.judgedAt < since) return [];
  const place = placeOf(history.offsets);
  return place === undefined ? [] : [[name, place]];
}

interface ServerFound {
  readonly name: string;
  readonly binlog: BinlogFound | undefined;
  readonly certificate: readonly [string, number] | undefined;
}

async function lookAtServer(
  { name, config }: Info,
  place: Place | undefined,
  { binlogs }: BesideQuestions,
  now: () => number,
): Promise<ServerFound> {
  const found = config["database.hostname"] === undefined ? undefined : await binlogs(config).catch(unknown);
  const server = `${config["database.hostname"]}:${config["database.port"] ?? 3306}`;
  const end = found?.certificateEndMs;
  const behindBytes = binlogBehind(place, found?.files);
  const isKnown = place !== undefined && found !== undefined && behindBytes !== undefined;
  return {
    name,
    binlog: isKnown
      ? {
          file: place.file,
          behindBytes,
          keptSeconds: found.keptSeconds,
          lastsMs: placeLastsMs(place, found.files, found.keptSeconds, now()),
        }
      : undefined,
    certificate: end === undefined ? undefined : [server, end],
  };
}
