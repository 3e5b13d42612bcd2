/** One shard: what its connector does, how far behind it is, and what is wrong with it. Pure. */
import type { ConnectorStatus } from "../../connect/client.ts";
import { isAsDesired, statesOf } from "../../connect/status.ts";
import type { GuardedConnector } from "../../guard/state.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import { placeOf, type Place } from "../offsets.ts";
import { duration } from "../words.ts";
import { binlogBehind, isPurged } from "./binlog.ts";
import { configurationProblem } from "./configuration.ts";
import { known, type Observation, type ShardObservation } from "./observation.ts";
import { failedProblems, gaveUpProblems } from "./judge-connector.ts";
import { isDown, problem } from "./judge-containers.ts";
import { phaseOf } from "./phase.ts";
import type { Phase, ShardStatus, StatusProblem } from "./schema.ts";

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
  const missing = connectors !== undefined && connector === undefined;
  const problems = missing
    ? [wrong(shard, `connector ${shard.connector.name} is not on the worker`, "pulumi up brings it back")]
    : [
        ...stateProblems(facts),
        ...configurationProblem(shard, connector?.info.config),
        ...heartbeatProblems(facts, phase),
        ...binlogProblems(facts, observation),
        ...gaveUpProblems(shard.name, shard.name, facts.guard),
      ];
  return { status: figuresOf(facts, phase), problems };
}

function figuresOf({ shard, atMs, status, place, guard, seen }: Facts, phase: Phase | undefined): ShardStatus {
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
    heartbeatAgeMs: heartbeat === undefined ? null : Math.max(0, atMs - heartbeat.arrivedMs),
    binlogBehindBytes: binlogBehind(place, known(seen.binlogs)) ?? null,
    lastChangeAt: lastChangeMs === undefined ? null : new Date(lastChangeMs).toISOString(),
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

function stateProblems({ shard, status, guard, atMs }: Facts): StatusProblem[] {
  if (status === undefined) return [];
  const { name, state: declared } = shard.connector;
  const states = statesOf(status);
  const failed = failedProblems(shard.name, shard.name, { status, guard, atMs });
  if (failed.length > 0) return failed;
  if (isAsDesired(states, declared)) return [];
  if (states.state === "PAUSED" || states.state === "STOPPED") {
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

/** RUNNING is a word; a heartbeat that arrives is a fact. */
function heartbeatProblems(
  { shard, status, seen, place, guard, atMs, stallMs }: Facts,
  phase?: Phase,
): StatusProblem[] {
  const news = known(seen.news);
  if (status === undefined || news === undefined || shard.connector.state !== "running") return [];
  // A snapshot holds them back; what failed or rests has a line of its own.
  if (phase !== "streaming" && phase !== "incremental snapshot" && phase !== "starting") return [];
  const ageMs = news.heartbeat === undefined ? undefined : atMs - news.heartbeat.arrivedMs;
  const isRecent = (time: string | undefined) => time !== undefined && atMs - Date.parse(time) <= stallMs;
  if (ageMs !== undefined && ageMs <= stallMs) return [];
  // The first one takes a few seconds after a start; the offset and the guard tell a start from a stall.
  if (isRecent(place?.committedAt) || (guard?.condition === "healthy" && isRecent(guard.since))) return [];
  const last = ageMs === undefined ? "none is in the topic" : `the last one came ${duration(ageMs)} ago`;
  return [
    wrong(
      shard,
      `${shard.connector.name} says ${status.connector.state}, but no heartbeat arrives: ${last}`,
      `cdc doctor finds the broken link; cdc restart ${shard.name} starts connector and task anew`,
    ),
  ];
}

function binlogProblems({ shard, place, seen }: Facts, observation: Observation): StatusProblem[] {
  if ("error" in seen.binlogs) {
    return isDown(observation, [shard])
      ? []
      : [wrong(shard, `its binlog cannot be looked at: ${seen.binlogs.error}`, `cdc logs ${shard.name} --tail 50`)];
  }
  if (place === undefined || !isPurged(place, seen.binlogs.value)) return [];
  const files = seen.binlogs.value;
  return [
    wrong(
      shard,
      `the connector's place ${place.file}:${place.position} is not in the server's binlog any more, ` +
        `which goes from ${files[0]?.file ?? "-"} to ${files.at(-1)?.file ?? "-"}`,
      `cdc offsets reset ${shard.name} begins anew with a snapshot; keep more of the binlog (binlog_expire_logs_seconds)`,
    ),
  ];
}

function wrong({ name }: ShardPlan, message: string, remedy: string, hint?: string): StatusProblem {
  return problem(name, message, remedy, hint);
}
