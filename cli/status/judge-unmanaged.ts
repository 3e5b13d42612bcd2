/** Connectors on the worker that the plan does not know: a person has registered them, and they may wait for ever. Pure. */
import type { HttpEndpoint } from "../../lib/endpoint.ts";
import type { ExpandedConnector } from "../../clients/connect/client.ts";
import { isAsDesired, statesOf, summary } from "../../clients/connect/status.ts";
import { firstLines, hintFor } from "../../clients/connect/hints.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { temporaryNames } from "../reindex/temporary-sink.ts";
import { problem } from "./judge-containers.ts";
import { known, type Observation } from "./observation.ts";
import type { UnmanagedConnector, StatusProblem } from "./schema.ts";

/** The connectors that are neither a shard's nor the sink's, nor what a rebuild of an index has made for its time. */
export function unmanagedIn(
  plan: PipelinePlan,
  connectors: Readonly<Record<string, ExpandedConnector>>,
): ExpandedConnector[] {
  const { readSide } = plan;
  const own = new Set([
    ...plan.shards.map(({ connector }) => connector.name),
    ...(readSide === undefined
      ? []
      : [
          readSide.sink.name,
          ...[...readSide.indices, readSide.probeIndex]
            .filter((index) => index !== undefined)
            .map((index) => temporaryNames(readSide, index).connector),
        ]),
  ]);
  return Object.values(connectors).filter(({ info }) => !own.has(info.name));
}

/**
 * Each of them with what it does. One that failed, or waits for a topic, is a problem; one that works is somebody's.
 */
export function judgeUnmanaged(
  plan: PipelinePlan,
  seen: Pick<Observation, "connectors" | "topics" | "waitedFor">,
): { unmanagedConnectors: UnmanagedConnector[]; problems: StatusProblem[] } {
  const existing = known(seen.topics)?.filter(({ remark }) => remark !== "missing");
  const topics = existing && new Set(existing.map(({ name }) => name));
  const judged = unmanagedIn(plan, known(seen.connectors) ?? {}).map((one) =>
    judgeOne(one, seen.waitedFor.get(one.info.name) ?? [], topics, plan.connect.endpoints.fromHost),
  );
  return {
    unmanagedConnectors: judged.map(({ connector }) => connector),
    problems: judged.flatMap(({ problems }) => problems),
  };
}

function judgeOne(
  { info, status }: ExpandedConnector,
  waited: readonly string[],
  topics: ReadonlySet<string> | undefined,
  worker: HttpEndpoint,
): { connector: UnmanagedConnector; problems: StatusProblem[] } {
  const states = statesOf(status);
  const lacks = topics === undefined ? [] : topicsOf(info).filter((topic) => !topics.has(topic));
  const waitsFor = [...new Set([...waited, ...lacks])].filter((topic) => topics?.has(topic) !== true);
  const connector: UnmanagedConnector = {
    name: info.name,
    class: info.config["connector.class"] ?? "",
    type: info.type,
    state: states.state,
    tasks: [...states.taskStates],
    waitsFor,
  };
  const is = `connector ${info.name} (${connector.class}) is not in the plan`;
  const login = worker.login === undefined ? "" : `--cacert CA --user ${worker.login.user} `;
  const remove = `curl ${login}-X DELETE ${worker.url}/connectors/${encodeURIComponent(info.name)}`;
  const failed = [status.connector, ...status.tasks].find(({ state }) => state === "FAILED");
  if (failed !== undefined) {
    return {
      connector,
      problems: [
        problem(
          info.name,
          `${is}, and has FAILED: ${firstLines(failed.trace).trim()}`,
          `mend it where it was registered, or take it away: ${remove}`,
          hintFor(failed.trace ?? ""),
        ),
      ],
    };
  }
  if (states.state !== "RUNNING" || waitsFor.length === 0) return { connector, problems: [] };
  const says = isAsDesired(states, "running") ? "says RUNNING" : summary(states);
  return {
    connector,
    problems: [
      problem(
        info.name,
        `${is}; it ${says}, but waits for ${waitsFor.length === 1 ? "a topic that is" : "topics that are"} not there, and ` +
          `nothing creates topics by itself: ${waitsFor.join(", ")}`,
        `declare its database as an entry of cdc:shards, and pulumi up makes connector and topics; or make the topics ` +
          `(kafka-topics.sh --create --topic ${waitsFor[0] ?? ""}, and one for each table); or take it away: ${remove}`,
      ),
    ],
  };
}

/** Topics that a Debezium connector is going to write to, as far as its configuration names them. */
function topicsOf({ config }: ExpandedConnector["info"]): string[] {
  const prefix = config["topic.prefix"];
  if (prefix === undefined || config["transforms"] !== undefined) return [];
  const tables = (config["table.include.list"] ?? "")
    .split(",")
    .map((pattern) => pattern.trim().replaceAll("\\.", "."))
    .filter((table) => /^[\w$]+\.[\w$]+$/.test(table));
  const ddl = config["include.schema.changes"] === "false" ? [] : [prefix];
  return [...ddl, ...tables.map((table) => `${prefix}.${table}`)];
}
