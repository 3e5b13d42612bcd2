/** From what was seen to what it means: figures and problems. Pure. */
import type { PipelinePlan } from "../../plan/types.ts";
import { isWrong } from "../topics/compare.ts";
import { isDown, judgeContainers, problem } from "./judge-containers.ts";
import { judgeReadSide } from "./judge-read-side.ts";
import { judgeShard } from "./judge-shard.ts";
import type { Observation } from "./observation.ts";
import type { Status, StatusProblem } from "./schema.ts";

/** A guard checks every few seconds; one that has not for so long is stuck. */
const guardSilentMs = 60_000;

/** Judges every part on its own. */
export function judge(plan: PipelinePlan, seen: Observation): Status {
  const containers = judgeContainers(plan, seen);
  const topics = judgeTopics(plan, seen);
  const shards = plan.shards.map((shard) => judgeShard(plan, shard, seen));
  const readSide = plan.readSide && judgeReadSide(plan, plan.readSide, seen);
  const problems = [
    ...containers.problems,
    ...judgeWorker(plan, seen),
    ...shards.flatMap((shard) => shard.problems),
    ...judgeGuard(plan, seen),
    ...(readSide?.problems ?? []),
    ...topics.problems,
  ];
  return {
    stack: plan.stack,
    checkedAt: new Date(seen.atMs).toISOString(),
    healthy: problems.length === 0,
    problems,
    shards: shards.map(({ status }) => status),
    readSide: readSide?.status ?? null,
    containers: containers.containers,
    topics: topics.topics,
  };
}

function judgeWorker(plan: PipelinePlan, seen: Observation): StatusProblem[] {
  if (!("error" in seen.connectors) || isDown(seen, plan.connect.workers)) return [];
  return [problem("connect", seen.connectors.error, "cdc logs connect --tail 50 tells what the worker does")];
}

function judgeGuard(plan: PipelinePlan, seen: Observation): StatusProblem[] {
  if (plan.guard === undefined || seen.guard === undefined || isDown(seen, [plan.guard])) return [];
  const look = "cdc logs guard --tail 20 tells what it does";
  if ("error" in seen.guard) return [problem("guard", `its state cannot be read: ${seen.guard.error}`, look)];
  const state = seen.guard.value;
  if (state === undefined) return [problem("guard", "it has checked nothing yet", look)];
  const silentMs = seen.atMs - Date.parse(state.checkedAt);
  if (silentMs > guardSilentMs)
    return [problem("guard", `its last check was ${Math.round(silentMs / 1000)} s ago`, look)];
  // What it could not see because a container is down has a line already.
  if (state.error === undefined || isDown(seen, [...plan.connect.workers, ...plan.kafka.brokers])) return [];
  return [problem("guard", state.error, look)];
}

function judgeTopics(plan: PipelinePlan, seen: Observation): { topics: Status["topics"]; problems: StatusProblem[] } {
  if ("error" in seen.topics) {
    const problems = isDown(seen, plan.kafka.brokers)
      ? []
      : [problem("kafka", seen.topics.error, "cdc logs kafka --tail 50 tells what the broker does")];
    return { topics: [], problems };
  }
  return {
    topics: seen.topics.value.map(({ name, kind, shard, records, remark }) => ({
      name,
      kind,
      shard: shard ?? null,
      records: records ?? null,
      remark: remark ?? null,
    })),
    problems: seen.topics.value
      .filter(isWrong)
      .map(({ name, remark }) =>
        remark === "missing"
          ? problem("topics", `${name} is missing`, "pulumi up --refresh makes it again; nothing else does")
          : problem("topics", `${name}: ${remark}`, "pulumi up --refresh brings it back to what is declared"),
      ),
  };
}
