/** Every link of the pipeline as a check, from the database to the index, in the order in which they build on each other. */
import { ownServers } from "../../plan/servers.ts";
import type { ShardPlan } from "../../plan/types.ts";
import {
  judgeConfig,
  judgeGuard,
  judgeGuarded,
  judgePlugins,
  judgePresence,
  judgeState,
  judgeTasks,
} from "./connector.ts";
import { lookAtPlace, lookAtServer, lookAtTables } from "./database.ts";
import { historyTopicOf } from "../offsets.ts";
import type { Facts } from "./facts.ts";
import { containerCheck, lookAtMachine, lookAtReleased } from "./machine.ts";
import { lookAtUnmanaged } from "./unmanaged.ts";
import { judgeRead } from "./tables-read.ts";
import { monitoringChecks } from "./monitoring.ts";
import { sendProbe } from "./probe.ts";
import { readSideChecks } from "./read-side.ts";
import { judgeHeartbeat, judgeHistory, judgeTopics } from "./topics.ts";
import { remedyOfMissing } from "../topics/remedy.ts";
import { well, type Check } from "./walk.ts";

/** Without a guard's bound: about four heartbeats of an idle shard. */
const defaultStallSeconds = 30;

/** All checks of the chosen shards and of what they share. */
export function checksOf(facts: Facts, shards: readonly ShardPlan[]): Check[] {
  return [
    { id: "engine", section: "machine", title: "Docker engine", needs: [], run: lookAtMachine },
    {
      id: "released",
      section: "machine",
      title: "released data",
      needs: ["engine"],
      run: async () => await lookAtReleased(facts.stack.plan),
    },
    ...shards.flatMap((shard) => serverChecks(facts, shard)),
    ...brokerChecks(facts, shards),
    ...workerChecks(facts, shards),
    ...shards.flatMap((shard) => connectorChecks(facts, shard)),
    ...guardChecks(facts, shards),
    ...shards.flatMap((shard) => flowChecks(facts, shard)),
    ...(facts.stack.plan.readSide === undefined ? [] : readSideChecks(facts, facts.stack.plan.readSide, shards)),
    ...(facts.stack.plan.monitoring === undefined ? [] : monitoringChecks(facts, facts.stack.plan.monitoring)),
    // Last: it stands in nobody's way.
    {
      id: "unmanaged-connectors",
      section: "beside the plan",
      title: "other connectors",
      needs: ["plugins", "topics"],
      run: async () => await lookAtUnmanaged(facts.stack),
    },
  ];
}

function serverChecks(facts: Facts, shard: ShardPlan): Check[] {
  const { plan } = facts.stack;
  const section = "databases";
  const { name } = shard;
  return [
    ...ownServers([shard]).map(({ container }) => containerCheck(facts, section, name, container)),
    {
      id: `${name}:login`,
      section,
      title: `${name} login and rules`,
      needs: ownServers([shard]).map(({ container }) => container),
      run: async () => await lookAtServer(plan, shard, await facts.stack.cdcLogin(shard.name)),
    },
    {
      id: `${name}:tables`,
      section,
      title: `${name} tables`,
      needs: [`${name}:login`],
      run: async () => await lookAtTables(shard, await facts.stack.cdcLogin(shard.name)),
    },
  ];
}

function brokerChecks(facts: Facts, shards: readonly ShardPlan[]): Check[] {
  const { plan } = facts.stack;
  const section = "kafka";
  const shared = [...plan.connect.topics, ...plan.sharedTopics, ...(plan.readSide?.topics ?? [])];
  const topics = [...shared, ...shards.flatMap((shard) => shard.topics)];
  return [
    ...plan.kafka.brokers.map(({ alias, container }) => containerCheck(facts, section, alias, container)),
    {
      id: "topics",
      section,
      title: "topics",
      needs: plan.kafka.brokers.map(({ container }) => container),
      run: async () =>
        judgeTopics(
          topics,
          await facts.askBroker(async (admin) => await admin.describe(topics.map(({ name }) => name))),
          (name) => remedyOfMissing(plan, name),
        ),
    },
  ];
}

function workerChecks(facts: Facts, shards: readonly ShardPlan[]): Check[] {
  const { plan, worker } = facts.stack;
  const section = "connect";
  return [
    ...plan.connect.workers.map(({ alias, container }) => containerCheck(facts, section, alias, container)),
    {
      id: "plugins",
      section,
      title: "plugins",
      needs: plan.connect.workers.map(({ container }) => container),
      run: async () => judgePlugins(shards, await worker.listPlugins()),
    },
  ];
}

function connectorChecks(facts: Facts, shard: ShardPlan): Check[] {
  const { worker } = facts.stack;
  const { name } = shard;
  const section = "connectors";
  const check = (id: string, title: string, needs: readonly string[], run: Check["run"]): Check => ({
    id: `${name}:${id}`,
    section,
    title: `${name} ${title}`,
    needs,
    run,
  });
  const present = async () => {
    const status = await facts.status(shard);
    if (status === undefined) throw new Error(`connector ${shard.connector.name} has gone meanwhile`);
    return status;
  };
  const there = `${name}:connector`;
  // Without a broker the worker still answers, but not when it is asked for a connector.
  const brokers = facts.stack.plan.kafka.brokers.map(({ container }) => container);
  return [
    check("connector", "connector", ["plugins", ...brokers], async () =>
      judgePresence(shard, await facts.status(shard)),
    ),
    check("config", "configuration", [there], async () =>
      judgeConfig(shard, await worker.getConfig(shard.connector.name)),
    ),
    check(
      "place",
      "place in the binlog",
      [there, `${name}:login`],
      async () => await lookAtPlace(shard, await facts.stack.cdcLogin(shard.name), await facts.offsets(shard)),
    ),
    check("history", "schema history", [there, "topics"], async () =>
      judgeHistory(shard, await facts.place(shard), await facts.recordsIn(historyTopicOf(shard))),
    ),
    check("state", "state", [there], async () => judgeState(shard, await present())),
    check("tasks", "task", [`${name}:state`], async () => judgeTasks(shard, await present())),
    check("read", "tables read", [there, "topics"], async () =>
      judgeRead(shard, await facts.tables(shard), await worker.getOffsets(shard.connector.name)),
    ),
  ];
}

function guardChecks(facts: Facts, shards: readonly ShardPlan[]): Check[] {
  const { guard } = facts.stack.plan;
  if (guard === undefined) return [];
  const section = "guard";
  return [
    containerCheck(facts, section, guard.alias, guard.container),
    {
      id: "guard",
      section,
      title: "its last check",
      needs: [guard.container],
      run: async () => judgeGuard(guard.settings, await facts.guardState(), Date.now()),
    },
    ...shards.map((shard) => ({
      id: `${shard.name}:guarded`,
      section,
      title: `${shard.name} as it sees it`,
      // It remembers what a worker that does not answer now reported before.
      needs: [guard.container],
      run: async () => judgeGuarded(shard, await facts.guardState(), Date.now()),
    })),
  ];
}

function flowChecks(facts: Facts, shard: ShardPlan): Check[] {
  const { plan } = facts.stack;
  const { name } = shard;
  const section = "flow";
  const needs = [`${name}:login`, "topics", `${name}:tasks`];
  const probe: Check = {
    id: `${name}:probe`,
    section,
    title: `${name} probe`,
    needs,
    run: async () => {
      if (shard.connector.state !== "running") return well(`none is sent: planned is ${shard.connector.state}`);
      return await sendProbe(facts, shard);
    },
  };
  // Without the statement Debezium beats only on its own topic, which tells nothing of the way from the database.
  const { config, state } = shard.connector;
  const beats = (config["heartbeat.action.query"] ?? config["read.only"]) !== undefined && state === "running";
  if (!beats) return [probe];
  const bound = plan.guard?.settings.stallSeconds ?? defaultStallSeconds;
  const heartbeat: Check = {
    id: `${name}:heartbeat`,
    section,
    title: `${name} heartbeat`,
    needs,
    run: async () => {
      const { newestMs, askedAtMs } = await facts.newestHeartbeat(shard);
      return judgeHeartbeat(shard, newestMs, askedAtMs, bound);
    },
  };
  return [heartbeat, probe];
}
