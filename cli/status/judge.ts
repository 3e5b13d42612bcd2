/** From what was seen to what it means: figures and problems. Pure. */
import { guardSilentSeconds } from "../../plan/guard.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { releasedVolumes } from "../released-volumes.ts";
import { ago } from "../../lib/words.ts";
import { isWrong } from "../topics/compare.ts";
import { remedyOfDifferent, remedyOfMissing } from "../topics/remedy.ts";
import { afterBroker, isBrokerSilent, isDown, judgeContainers, problem, unknown } from "./judge-containers.ts";
import { judgeReadSide } from "./judge-read-side.ts";
import { rememberedInShort } from "./judge-remembered.ts";
import { judgeShard } from "./judge-shard.ts";
import { judgeUnmanaged } from "./judge-unmanaged.ts";
import { known, type Observation } from "./observation.ts";
import type { Status, StatusProblem } from "./schema.ts";

/** Judges every part on its own. */
export function judge(plan: PipelinePlan, seen: Observation): Status {
  const containers = judgeContainers(plan, seen);
  // A cause stands before what comes of it.
  const broker = judgeBroker(plan, seen);
  const topics = judgeTopics(plan, seen);
  const shards = plan.shards.map((shard) => judgeShard(plan, shard, seen));
  const readSide = plan.readSide && judgeReadSide(plan, plan.readSide, seen);
  const unmanagedConnectors = judgeUnmanaged(plan, seen);
  const problems = [
    ...broker,
    ...containers.problems,
    ...judgeWorker(plan, seen),
    ...shards.flatMap((shard) => shard.problems),
    ...judgeGuard(plan, seen),
    ...(readSide?.problems ?? []),
    ...topics.problems,
    ...unmanagedConnectors.problems,
  ];
  return {
    stack: plan.stack,
    checkedAt: new Date(seen.atMs).toISOString(),
    healthy: problems.length === 0,
    verdict: verdictOf(problems),
    problems,
    shards: shards.map(({ status }) => status),
    readSide: readSide?.status ?? null,
    unmanagedConnectors: unmanagedConnectors.unmanagedConnectors,
    containers: containers.containers,
    released: releasedVolumes(known(seen.volumes) ?? [], plan.shards).map(({ name, shard, mysqlVersion }) => ({
      volume: name,
      shard,
      mysqlVersion: mysqlVersion ?? null,
    })),
    topics: topics.topics,
  };
}

/** What could not be read is never well. */
function verdictOf(problems: readonly StatusProblem[]): Status["verdict"] {
  if (problems.length === 0) return "healthy";
  return problems.every(({ isUnknown }) => isUnknown) ? "unknown" : "unhealthy";
}

function judgeBroker({ kafka }: PipelinePlan, seen: Observation): StatusProblem[] {
  if (!("error" in seen.topics) || isDown(seen, kafka.brokers)) return [];
  const look =
    kafka.existing === undefined
      ? "cdc logs kafka --tail 50 tells what the broker does"
      : `see whether ${kafka.endpoints.fromHost.bootstrap} is reached from here, and ask its administrator`;
  return [unknown("kafka", seen.topics.error, look)];
}

function judgeWorker(plan: PipelinePlan, seen: Observation): StatusProblem[] {
  if (!("error" in seen.connectors) || isDown(seen, plan.connect.workers)) return [];
  const remembered = rememberedInShort(seen);
  const message = `${seen.connectors.error}${remembered === undefined ? "" : `; ${remembered}`}`;
  const look = "cdc logs connect --tail 50 tells what the worker does";
  return [unknown("connect", message, isBrokerSilent(plan, seen) ? afterBroker : look)];
}

function judgeGuard(plan: PipelinePlan, seen: Observation): StatusProblem[] {
  if (plan.guard === undefined || seen.guard === undefined || isDown(seen, [plan.guard])) return [];
  const look = "cdc logs guard --tail 20 tells what it does";
  if ("error" in seen.guard) return [unknown("guard", `its state cannot be read: ${seen.guard.error}`, look)];
  const state = seen.guard.value;
  if (state === undefined) return [problem("guard", "it has checked nothing yet", look)];
  const silentMs = seen.atMs - Date.parse(state.checkedAt);
  if (silentMs > guardSilentSeconds(plan.guard.settings) * 1000)
    return [problem("guard", `its last check was ${Math.round(silentMs / 1000)} s ago`, look)];
  // What it could not see because worker or broker are away has a line already.
  const isToldElsewhere =
    "error" in seen.connectors || isDown(seen, plan.connect.workers) || isBrokerSilent(plan, seen);
  if (state.error === undefined || isToldElsewhere) return [];
  return [
    unknown(
      "guard",
      `at its last check, ${ago(Math.max(0, silentMs))}, it could not see everything: ${state.error}`,
      look,
    ),
  ];
}

function judgeTopics(plan: PipelinePlan, seen: Observation): { topics: Status["topics"]; problems: StatusProblem[] } {
  if ("error" in seen.topics) return { topics: [], problems: [] };
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
      .map((row) =>
        row.remark === "missing"
          ? problem("topics", `${row.name} is missing`, remedyOfMissing(plan, row.name))
          : problem("topics", `${row.name}: ${row.remark}`, remedyOfDifferent(plan, row.name)),
      ),
  };
}
