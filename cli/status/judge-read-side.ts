/** The read side: sink, dead letters, engine, indices. Pure. */
import type { ConnectorStatus } from "../../clients/connect/client.ts";
import { isAsDesired, statesOf, summary } from "../../clients/connect/status.ts";
import type { PartitionLag } from "../../clients/kafka/sink-lag.ts";
import { unhealthyIndex } from "../../lib/trouble.ts";
import { indexAgain, originOf } from "../../plan/row-origin.ts";
import type { PipelinePlan, ReadSidePlan } from "../../plan/types.ts";
import { configurationProblem } from "./configuration.ts";
import { failedProblems, gaveUpProblems } from "./judge-connector.ts";
import { isDown, problem, unknown } from "./judge-containers.ts";
import { sinkDelayMsOf, sinkDelayProblems } from "./judge-delay.ts";
import { rememberedProblems } from "./judge-remembered.ts";
import { known, type Observation } from "./observation.ts";
import type { ReadSideStatus, StatusProblem } from "./schema.ts";

const part = "read side";

/** Its figures and problems. A dead letter is one: it waits for a person. */
export function judgeReadSide(
  plan: PipelinePlan,
  readSide: ReadSidePlan,
  seen: Observation,
): { status: ReadSideStatus; problems: StatusProblem[] } {
  const { sink, deadLetterTopic } = readSide;
  const states = statesOf(known(seen.connectors)?.[sink.name]?.status);
  const lag = known(seen.readSide?.lag);
  const lagAtMs = seen.readSide?.lagAtMs ?? seen.atMs;
  const deadLetters = known(seen.topics)?.find(({ name }) => name === deadLetterTopic)?.records;
  return {
    status: {
      sink: {
        connector: sink.name,
        state: known(seen.connectors)?.[sink.name] === undefined ? null : states.state,
        tasks: [...states.taskStates],
        lagRecords: lag === undefined ? null : recordsOf(lag),
        lagMs: lag === undefined ? null : sinkDelayMsOf(lag, readSide, lagAtMs),
        isLagExact: lag?.every(({ isExact }) => isExact) ?? false,
      },
      deadLetters: deadLetters ?? null,
      engine: known(seen.readSide?.engine)?.status ?? null,
      indices: readSide.indices.map(({ alias, table }) => ({
        alias,
        table,
        documents: known(seen.readSide?.engine)?.documents.get(alias) ?? null,
      })),
    },
    problems: [
      ...sinkProblems(readSide, seen),
      ...lagProblems(seen),
      ...sinkDelayProblems(part, plan, lag, lagAtMs),
      ...engineProblems(plan, readSide, seen),
      ...(deadLetters === undefined || deadLetters === 0 ? [] : [letterProblem(deadLetters, deadLetterTopic)]),
    ],
  };
}

function recordsOf(lag: readonly PartitionLag[]): number {
  return lag.reduce((sum, { records }) => sum + records, 0);
}

function letterProblem(count: number, topic: string): StatusProblem {
  return problem(
    part,
    `${count} dead letter${count === 1 ? "" : "s"} in ${topic}: what the sink could not take`,
    "cdc dlq list says why; mend it, then cdc dlq replay --all; what nobody can mend is taken out by cdc dlq discard OFFSET",
  );
}

function sinkProblems({ sink }: ReadSidePlan, seen: Observation): StatusProblem[] {
  const connectors = known(seen.connectors);
  if (connectors === undefined) return rememberedProblems(part, sink.name, seen);
  const found = connectors[sink.name];
  if (found === undefined)
    return [problem(part, `connector ${sink.name} is not on the worker`, "pulumi up brings it back")];
  const guard = known(seen.guard)?.connectors[sink.name];
  const failed = failedProblems(part, sink.name, { status: found.status, guard, atMs: seen.atMs });
  return [
    ...(failed.length > 0 ? failed : stateProblems(found.status)),
    ...gaveUpProblems(part, sink.name, guard),
    ...configurationProblem({ name: part, connector: sink }, found.info.config),
  ];
}

function stateProblems(status: ConnectorStatus): StatusProblem[] {
  const { name } = status;
  const states = statesOf(status);
  if (isAsDesired(states, "running")) return [];
  const rests = states.state === "PAUSED" || states.state === "STOPPED";
  return [
    problem(
      part,
      rests ? `connector ${name} is ${states.state}, and declared running` : `${name}: ${summary(states)}`,
      rests
        ? `cdc resume ${name}`
        : `look again in a few seconds (cdc status --watch); if it stays, cdc restart ${name}`,
    ),
  ];
}

function lagProblems(seen: Observation): StatusProblem[] {
  const lag = seen.readSide?.lag;
  // What the broker does not answer has a line already.
  if (lag === undefined || !("error" in lag) || "error" in seen.topics) return [];
  return [
    unknown(part, `how far the sink is behind is not known: ${lag.error}`, "cdc doctor looks at what is between"),
  ];
}

function engineProblems(plan: PipelinePlan, { engine, indices }: ReadSidePlan, seen: Observation): StatusProblem[] {
  const answer = seen.readSide?.engine;
  if (answer === undefined) return [];
  const look =
    engine === undefined ? "see the engine's own log" : `cdc logs ${engine.alias} --tail 50 tells what the engine does`;
  if ("error" in answer)
    return engine !== undefined && isDown(seen, [engine]) ? [] : [unknown(engine?.alias ?? part, answer.error, look)];
  const missing = indices.filter(({ alias }) => answer.value.documents.get(alias) === undefined);
  return [
    ...(answer.value.status === "red"
      ? [
          problem(
            part,
            `${unhealthyIndex.what}: the search engine's health is red: an index has lost data, or is not loaded yet`,
            look,
          ),
        ]
      : []),
    ...missing.map((index) =>
      problem(
        part,
        `${unhealthyIndex.what}: there is no index ${index.alias} for ${index.table}`,
        indexAgain([{ table: index.table, rows: originOf(plan, index) }]),
      ),
    ),
  ];
}
