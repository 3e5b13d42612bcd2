/** One shard: what its connector does, how far behind it is, and what is wrong with it. Pure. */
import type { ConnectorStatus } from "../../clients/connect/client.ts";
import { isAsDesired, statesOf } from "../../clients/connect/status.ts";
import type { GuardedConnector } from "../../lib/guard-state.ts";
import { stall } from "../../lib/trouble.ts";
import { ownServers } from "../../plan/servers.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import { placeOf, type Place } from "../../clients/debezium/history/place.ts";
import { duration } from "../../lib/words.ts";
import { binlogBehind, placeLastsMs } from "../../lib/binlog.ts";
import { configurationProblem } from "./configuration.ts";
import { known, type Observation, type ShardObservation } from "./observation.ts";
import { failedProblems, gaveUpProblems, lostProblems } from "./judge-connector.ts";
import { isDown, problem, unknown } from "./judge-containers.ts";
import { delayMsOf, delayProblems } from "./judge-delay.ts";
import { rememberedProblems } from "./judge-remembered.ts";
import { retentionProblems } from "./judge-retention.ts";
import { judgeTables } from "./judge-tables.ts";
import { phaseOf } from "./phase.ts";
import type { Phase, ShardStatus, StatusProblem, TableStatus } from "./schema.ts";

/** Without a guard, whose setting it is. */
const stallSecondsByDefault = 30;

interface Facts {
  readonly shard: ShardPlan;
  readonly atMs: number;
  readonly stallMs: number;
  readonly status: ConnectorStatus | undefined;
  readonly place: Place | undefined;
  readonly guard: GuardedConnector | undefined;
  readonly seen: ShardObservation;
}

/** Figures and problems of one shard. */
export function judgeShard(
  plan: PipelinePlan,
  shard: ShardPlan,
  observation: Observation,
): { status: ShardStatus; problems: StatusProblem[] } {
  const seen = observation.shards.get(shard.name);
  if (seen === undefined) throw new Error(`${shard.name} was not looked at`);
  const connectors = known(observation.connectors);
  const connector = connectors?.[shard.connector.name];
  const facts: Facts = {
    shard,
    atMs: observation.atMs,
    stallMs: (plan.guard?.settings.stallSeconds ?? stallSecondsByDefault) * 1000,
    status: connector?.status,
    place: placeOf(known(seen.offsets)),
    guard: known(observation.guard)?.connectors[shard.connector.name],
    seen,
  };
  const phase = phaseOf(facts.status, facts.place, seen);
  const tables = judgeTables(shard, seen, phase, "error" in observation.topics);
  const missing = connectors !== undefined && connector === undefined;
  const problems = missing
    ? [wrong(shard, `connector ${shard.connector.name} is not on the worker`, "pulumi up brings it back")]
    : [
        ...stateProblems(facts),
        ...rememberedProblems(shard.name, shard.connector.name, observation),
        ...configurationProblem(shard, connector?.info.config),
        ...timeProblems(plan, facts, phase),
        ...unreadProblems(facts, observation),
        ...binlogProblems(facts, observation),
        ...lossProblems(facts),
        ...retentionProblems(shard, facts.place, seen, facts.atMs),
        ...gaveUpProblems(shard.name, shard.name, facts.guard),
        ...tables.problems,
      ];
  return { status: figuresOf(facts, phase, tables.tables), problems };
}

function figuresOf(
  { shard, atMs, status, place, guard, seen }: Facts,
  phase: Phase | undefined,
  tables: TableStatus[],
): ShardStatus {
  const { heartbeat, lastChangeMs } = known(seen.news) ?? {};
  const states = status && statesOf(status);
  const lagMs = heartbeat?.committedMs === undefined ? undefined : heartbeat.arrivedMs - heartbeat.committedMs;
  return {
    name: shard.name,
    connector: shard.connector.name,
    declared: shard.connector.state,
    state: states?.state ?? null,
    task: states?.taskStates.join(", ") || null,
    phase: phase ?? null,
    lagMs: lagMs === undefined ? null : Math.max(0, Math.round(lagMs)),
    heartbeatAgeMs: heartbeat === undefined ? null : Math.max(0, seen.newsAtMs - heartbeat.arrivedMs),
    delayMs: delayMsOf(place, known(seen.news), seen.newsAtMs) ?? null,
    binlogBehindBytes: binlogBehind(place, known(seen.binlogs)) ?? null,
    placeLastsMs: placeLastsMs(place, known(seen.binlogs), seen.keptSeconds, atMs) ?? null,
    lastChangeAt: lastChangeMs === undefined ? null : new Date(lastChangeMs).toISOString(),
    tables,
    guard:
      guard === undefined
        ? null
        : {
            condition: guard.condition,
            since: guard.since,
            restarts: guard.restarts,
            nextRestartAt: guard.nextRestartAt ?? null,
          },
  };
}

function stateProblems({ shard, status, guard, atMs, seen }: Facts): StatusProblem[] {
  if (status === undefined) return [];
  const { name, state: declared } = shard.connector;
  const states = statesOf(status);
  const failed = failedProblems(shard.name, shard.name, { status, guard, atMs });
  if (failed.length > 0) return failed;
  if (isAsDesired(states, declared)) return [];
  if (states.state === "PAUSED" || states.state === "STOPPED") {
    // Why it may not run, and what helps, is reported by itself.
    if (guard?.condition === "lost" || known(seen.loss) !== undefined) return [];
    return [
      wrong(
        shard,
        `connector ${name} is ${states.state}, and declared ${declared}`,
        declared === "running"
          ? `cdc resume ${shard.name}; or set state: ${states.state.toLowerCase()} in the shard's entry and run pulumi up`
          : `pulumi up brings the declared state back`,
      ),
    ];
  }
  if (declared !== "running" && states.state === "RUNNING") {
    const verb = declared === "paused" ? "pause" : "stop";
    return [
      wrong(
        shard,
        `connector ${name} is RUNNING, and declared ${declared}`,
        `cdc ${verb} ${shard.name}; or take state: ${declared} out of the shard's entry and run pulumi up`,
      ),
    ];
  }
  const tasks = states.taskStates.join(", ") || "none";
  return [
    wrong(
      shard,
      `connector ${name} is ${states.state}, tasks: ${tasks}`,
      `look again in a few seconds (cdc status --watch); if it stays, cdc restart ${shard.name}`,
    ),
  ];
}

/** No heartbeat, or changes that come late: one of them tells enough. */
function timeProblems(plan: PipelinePlan, facts: Facts, phase: Phase | undefined): StatusProblem[] {
  const silent = heartbeatProblems(facts, phase);
  if (silent.length > 0) return silent;
  const { shard, place, seen } = facts;
  const behindBytes = binlogBehind(place, known(seen.binlogs));
  return delayProblems(plan, shard, { phase, delayMs: delayMsOf(place, known(seen.news), seen.newsAtMs), behindBytes });
}

/** What worker and broker did not tell, although they answer otherwise: then nothing is known of place and heartbeats. */
function unreadProblems({ shard, seen }: Facts, { connectors, topics }: Observation): StatusProblem[] {
  const isBrokerAway = "error" in topics;
  const look = `look again; if it stays, cdc doctor --shard ${shard.name}`;
  return [
    // A worker does not tell of offsets without the broker.
    ...("error" in seen.offsets && !("error" in connectors) && !isBrokerAway
      ? [unknown(shard.name, `where it is in the binlog is not known: ${seen.offsets.error}`, look)]
      : []),
    ...("error" in seen.news && !isBrokerAway
      ? [unknown(shard.name, `whether heartbeats and changes arrive is not known: ${seen.news.error}`, look)]
      : []),
  ];
}

/** RUNNING is a word; a heartbeat that arrives is a fact. */
function heartbeatProblems({ shard, status, seen, place, guard, stallMs }: Facts, phase?: Phase): StatusProblem[] {
  const news = known(seen.news);
  if (status === undefined || news === undefined || shard.connector.state !== "running") return [];
  // A snapshot holds them back; what failed or rests has a line of its own.
  if (phase !== "streaming" && phase !== "incremental snapshot" && phase !== "starting") return [];
  const { newsAtMs: atMs } = seen;
  const ageMs = news.heartbeat === undefined ? undefined : atMs - news.heartbeat.arrivedMs;
  const isRecent = (time: string | undefined) => time !== undefined && atMs - Date.parse(time) <= stallMs;
  if (ageMs !== undefined && ageMs <= stallMs) return [];
  // The first one takes a few seconds after a start; the offset and the guard tell a start from a stall.
  if (isRecent(place?.committedAt) || (guard?.condition === "healthy" && isRecent(guard.since))) return [];
  const last = ageMs === undefined ? "none is in the topic" : `the last one came ${duration(ageMs)} ago`;
  return [
    wrong(
      shard,
      `${shard.connector.name} ${stall.what.replace("RUNNING", status.connector.state)}: no heartbeat arrives: ${last}`,
      `cdc doctor finds the broken link; cdc restart ${shard.name} starts connector and task anew`,
    ),
  ];
}

function binlogProblems({ shard, seen }: Facts, observation: Observation): StatusProblem[] {
  if (!("error" in seen.binlogs) || isDown(observation, ownServers([shard]))) return [];
  return [
    unknown(
      shard.name,
      `its binlog cannot be looked at: ${seen.binlogs.error}`,
      `cdc doctor --shard ${shard.name} finds what keeps us out`,
    ),
  ];
}

/** By its own check, or by what the guard saw: a connector that went on from a lost place has another one by now. */
function lossProblems({ shard, seen, guard }: Facts): StatusProblem[] {
  const loss = known(seen.loss);
  if (loss !== undefined) return [wrong(shard, `${loss.code}: ${loss.found}`, loss.remedy)];
  const lost = lostProblems(shard.name, guard);
  if (lost.length > 0 || !("error" in seen.loss) || "error" in seen.binlogs || "error" in seen.offsets) return lost;
  return [
    unknown(
      shard.name,
      `its place cannot be compared with the server's history: ${seen.loss.error}`,
      `look again; if it stays, cdc doctor --shard ${shard.name}`,
    ),
  ];
}

function wrong({ name }: ShardPlan, message: string, remedy: string, hint?: string): StatusProblem {
  return problem(name, message, remedy, hint);
}
