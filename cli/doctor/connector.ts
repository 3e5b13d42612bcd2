/** What the worker has to have: the plugin, and each connector as it is planned. */
import type { ConnectorStatus, WorkerPlugin } from "../../clients/connect/client.ts";
import { failureOf, isAsDesired, statesOf, summary } from "../../clients/connect/status.ts";
import type { Condition, GuardState } from "../../lib/guard-state.ts";
import { isShowable } from "../../lib/secrets.ts";
import { guardSilentSeconds } from "../../plan/guard.ts";
import type { GuardSettings, ShardPlan } from "../../plan/types.ts";
import type { OperatedConnector, PlannedConnector } from "../context.ts";
import { duration } from "../../lib/words.ts";
import { broken, well, type Outcome } from "./walk.ts";

export function judgePlugins(shards: readonly ShardPlan[], plugins: readonly WorkerPlugin[]): Outcome {
  const has = (name: string, version: string) =>
    plugins.some((plugin) => plugin.class === name && plugin.version === version);
  for (const { connector } of shards) {
    const name = connector.config["connector.class"] ?? "";
    if (has(name, connector.debeziumVersion)) continue;
    const versions = plugins.filter((plugin) => plugin.class === name).map(({ version }) => version);
    return broken(
      `the worker does not have ${name} ${connector.debeziumVersion}; it has ${versions.join(", ") || "no version of it"}`,
      "make up brings the plugin; when the volume was emptied by hand: pulumi up --replace its bring command, then restart the worker",
    );
  }
  return well(`Debezium ${[...new Set(shards.map(({ connector }) => connector.debeziumVersion))].join(", ")} is there`);
}

/** Of a plugin in one version only: the sink's. */
export function judgePlugin(name: string, plugins: readonly WorkerPlugin[]): Outcome {
  const found = plugins.find((plugin) => plugin.class === name);
  if (found !== undefined) return well(`${name} ${found.version} is there`);
  return broken(
    `the worker does not have ${name}`,
    "make up brings it; when the volume was emptied by hand: pulumi up --replace its bring command, then restart the worker",
  );
}

/** Key by key, the worker's configuration against the plan's. */
export function judgeConfig(shard: PlannedConnector, found: Readonly<Record<string, string>> | undefined): Outcome {
  if (found === undefined) return absent(shard);
  const planned = shard.connector.config;
  const keys = [...new Set([...Object.keys(planned), ...Object.keys(found)])].toSorted();
  const changed = keys.filter((key) => planned[key] !== found[key]);
  if (changed.length === 0) return well(`all ${keys.length} properties are as planned`);
  const shown = changed.map(
    (key) => `${key} is ${shownValue(key, found[key])}, planned is ${shownValue(key, planned[key])}`,
  );
  return broken(
    `${shard.connector.name} is not configured as planned: ${shown.join("; ")}`,
    "pulumi up sets what is planned; to keep the change, write it into the stack's file",
  );
}

function shownValue(key: string, value: string | undefined): string {
  if (value === undefined) return "not set";
  if (!isShowable(key, value)) return "(secret)";
  return value === "" ? "empty" : value;
}

export function judgePresence(shard: OperatedConnector, status: ConnectorStatus | undefined): Outcome {
  if (status === undefined) return absent(shard);
  return well(`${shard.connector.name} is on worker ${status.connector.worker_id}`);
}

function absent({ connector }: OperatedConnector): Outcome {
  return broken(
    `connector ${connector.name} is not on the worker`,
    "pulumi up creates it again; it goes on from its offsets",
  );
}

/** The state that it was asked to be in; a failed task is the next check's. */
export function judgeState(shard: OperatedConnector, status: ConnectorStatus): Outcome {
  const { name, state: planned } = shard.connector;
  const { state } = status.connector;
  const isAsked = state.toLowerCase() === planned || state === "FAILED" || state === "RESTARTING";
  if (isAsked) return well(`${state}, planned is ${planned}`);
  const verbs = { running: "resume", paused: "pause", stopped: "stop" } as const;
  return broken(
    `${name} is ${state}, planned is ${planned}`,
    state === "UNASSIGNED"
      ? "the workers are rebalancing, or none is left to run it: wait a minute, then cdc status"
      : `cdc ${verbs[planned]} ${shard.name}${entryOf(shard, state)}`,
  );
}

/** The sink has no entry in which another state could be planned. */
function entryOf({ name, connector }: OperatedConnector, state: string): string {
  return name === connector.name ? "" : `; to keep it, set state: ${state.toLowerCase()} in the shard's entry`;
}

export function judgeTasks(shard: OperatedConnector, status: ConnectorStatus): Outcome {
  const failure = failureOf(status);
  if (failure !== undefined)
    return broken(failure, `mend the cause; the guard then restarts it, or cdc restart ${shard.name} at once`);
  const states = statesOf(status);
  if (isAsDesired(states, shard.connector.state)) {
    return well(states.taskStates.length === 0 ? "none, as planned" : states.taskStates.join(", "));
  }
  return broken(
    `${shard.connector.name}: ${summary(states)}`,
    `wait a minute, then cdc restart ${shard.name}; cdc logs connect has the worker's own words`,
  );
}

/** @param settings of the guard; it writes after every check. */
export function judgeGuard(
  settings: Pick<GuardSettings, "checkSeconds">,
  state: GuardState | undefined,
  nowMs: number,
): Outcome {
  const mend = "cdc logs guard says what is wrong";
  if (state === undefined) return broken("the guard has not written down what it sees", mend);
  const age = nowMs - Date.parse(state.checkedAt);
  if (age > guardSilentSeconds(settings) * 1000) return broken(`the guard's last check was ${duration(age)} ago`, mend);
  if (state.error !== undefined) return broken(`the guard cannot see everything: ${state.error}`, mend);
  return well(`checked ${duration(Math.max(0, age))} ago`);
}

const calm: ReadonlySet<Condition> = new Set(["healthy", "snapshotting", "paused", "stopped"]);

/** From this age on it is said when the guard has seen what it reports. */
const oldMs = 15_000;

/** What the guard thinks of one connector; where the worker does not answer now, it remembers. */
export function judgeGuarded(shard: OperatedConnector, state: GuardState | undefined, nowMs: number): Outcome {
  const seen = state?.connectors[shard.connector.name];
  if (seen === undefined) {
    return broken(
      `the guard does not know ${shard.connector.name}`,
      "it finds connectors on the worker: cdc logs guard",
    );
  }
  const restarts = seen.restarts === 0 ? "" : `, ${seen.restarts} restarts`;
  const next = seen.nextRestartAt === undefined ? "" : `, the next at ${seen.nextRestartAt}`;
  const ageMs = state?.seenAt === undefined ? 0 : nowMs - Date.parse(state.seenAt);
  const when = ageMs < oldMs ? "" : `as seen ${duration(ageMs)} ago: `;
  const text = `${when}${seen.condition} since ${seen.since}${seen.reason === undefined ? "" : ` (${seen.reason})`}${restarts}${next}`;
  if (calm.has(seen.condition)) return well(text);
  if (seen.remedy !== undefined) return broken(text, seen.remedy);
  return broken(
    text,
    seen.condition === "gave-up"
      ? `mend the cause, then cdc restart ${shard.name}`
      : `mend the cause; the guard brings it back, or cdc restart ${shard.name} at once`,
  );
}
