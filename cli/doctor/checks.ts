/** Every link of the pipeline as a check, from the database to the index, in the order in which they build on each other. */
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
import type { Looks } from "./looks.ts";
import { containerCheck, lookAtMachine, lookAtReleased } from "./machine.ts";
import { lookAtStrangers } from "./strangers.ts";
import { judgeRead } from "./tables-read.ts";
import { sendProbe } from "./probe.ts";
import { readSideChecks } from "./read-side.ts";
import { judgeHeartbeat, judgeHistory, judgeTopics } from "./topics.ts";
import { remedyOfMissing } from "../topics/remedy.ts";
import { well, type Check } from "./walk.ts";

/** Without a guard's bound: about four heartbeats of an idle shard. */
const defaultStallSeconds = 30;

/** All checks of the chosen shards and of what they share. */
export function checksOf(looks: Looks, shards: readonly ShardPlan[]): Check[] {
  return [
    { id: "engine", section: "machine", title: "Docker engine", needs: [], look: lookAtMachine },
    {
      id: "released",
      section: "machine",
      title: "released data",
      needs: ["engine"],
      look: async () => await lookAtReleased(looks.stack.plan),
    },
    ...shards.flatMap((shard) => serverChecks(looks, shard)),
    ...brokerChecks(looks, shards),
    ...workerChecks(looks, shards),
    ...shards.flatMap((shard) => connectorChecks(looks, shard)),
    ...guardChecks(looks, shards),
    ...shards.flatMap((shard) => flowChecks(looks, shard)),
    ...(looks.stack.plan.readSide === undefined ? [] : readSideChecks(looks, looks.stack.plan.readSide, shards)),
    // Last: it stands in nobody's way.
    {
      id: "strangers",
      section: "beside the plan",
      title: "other connectors",
      needs: ["plugins", "topics"],
      look: async () => await lookAtStrangers(looks.stack),
    },
  ];
}

function serverChecks(looks: Looks, shard: ShardPlan): Check[] {
  const { plan } = looks.stack;
  const section = "databases";
  const { name } = shard;
  return [
    containerCheck(looks, section, name, shard.container),
    {
      id: `${name}:login`,
      section,
      title: `${name} login and rules`,
      needs: [shard.container],
      look: async () => await lookAtServer(plan, shard, await looks.stack.cdcPassword()),
    },
    {
      id: `${name}:tables`,
      section,
      title: `${name} tables`,
      needs: [`${name}:login`],
      look: async () => await lookAtTables(shard, await looks.stack.cdcPassword()),
    },
  ];
}

function brokerChecks(looks: Looks, shards: readonly ShardPlan[]): Check[] {
  const { plan } = looks.stack;
  const section = "kafka";
  const shared = [...plan.connect.topics, ...plan.sharedTopics, ...(plan.readSide?.topics ?? [])];
  const topics = [...shared, ...shards.flatMap((shard) => shard.topics)];
  return [
    ...plan.kafka.brokers.map(({ alias, container }) => containerCheck(looks, section, alias, container)),
    {
      id: "topics",
      section,
      title: "topics",
      needs: plan.kafka.brokers.map(({ container }) => container),
      look: async () =>
        judgeTopics(
          topics,
          await looks.askBroker(async (admin) => await admin.describe(topics.map(({ name }) => name))),
          (name) => remedyOfMissing(plan, name),
        ),
    },
  ];
}

function workerChecks(looks: Looks, shards: readonly ShardPlan[]): Check[] {
  const { plan, worker } = looks.stack;
  const section = "connect";
  return [
    ...plan.connect.workers.map(({ alias, container }) => containerCheck(looks, section, alias, container)),
    {
      id: "plugins",
      section,
      title: "plugins",
      needs: plan.connect.workers.map(({ container }) => container),
      look: async () => judgePlugins(shards, await worker.listPlugins()),
    },
  ];
}

function connectorChecks(looks: Looks, shard: ShardPlan): Check[] {
  const { worker } = looks.stack;
  const { name } = shard;
  const section = "connectors";
  const check = (id: string, title: string, needs: readonly string[], look: Check["look"]): Check => ({
    id: `${name}:${id}`,
    section,
    title: `${name} ${title}`,
    needs,
    look,
  });
  const present = async () => {
    const status = await looks.status(shard);
    if (status === undefined) throw new Error(`connector ${shard.connector.name} has gone meanwhile`);
    return status;
  };
  const there = `${name}:connector`;
  // Without a broker the worker still answers, but not when it is asked for a connector.
  const brokers = looks.stack.plan.kafka.brokers.map(({ container }) => container);
  return [
    check("connector", "connector", ["plugins", ...brokers], async () =>
      judgePresence(shard, await looks.status(shard)),
    ),
    check("config", "configuration", [there], async () =>
      judgeConfig(shard, await worker.getConfig(shard.connector.name)),
    ),
    check(
      "place",
      "place in the binlog",
      [there, `${name}:login`],
      async () => await lookAtPlace(shard, await looks.stack.cdcPassword(), await looks.offsets(shard)),
    ),
    check("history", "schema history", [there, "topics"], async () =>
      judgeHistory(shard, await looks.place(shard), await looks.recordsIn(historyTopicOf(shard))),
    ),
    check("state", "state", [there], async () => judgeState(shard, await present())),
    check("tasks", "task", [`${name}:state`], async () => judgeTasks(shard, await present())),
    check("read", "tables read", [there, "topics"], async () =>
      judgeRead(shard, await looks.tables(shard), await worker.getOffsets(shard.connector.name)),
    ),
  ];
}

function guardChecks(looks: Looks, shards: readonly ShardPlan[]): Check[] {
  const { guard } = looks.stack.plan;
  if (guard === undefined) return [];
  const section = "guard";
  return [
    containerCheck(looks, section, guard.alias, guard.container),
    {
      id: "guard",
      section,
      title: "its last check",
      needs: [guard.container],
      look: async () => judgeGuard(guard.settings, await looks.guardState(), Date.now()),
    },
    ...shards.map((shard) => ({
      id: `${shard.name}:guarded`,
      section,
      title: `${shard.name} as it sees it`,
      // It remembers what a worker that does not answer now told before.
      needs: [guard.container],
      look: async () => judgeGuarded(shard, await looks.guardState(), Date.now()),
    })),
  ];
}

function flowChecks(looks: Looks, shard: ShardPlan): Check[] {
  const { plan } = looks.stack;
  const { name } = shard;
  const section = "flow";
  const needs = [`${name}:login`, "topics", `${name}:tasks`];
  const probe: Check = {
    id: `${name}:probe`,
    section,
    title: `${name} probe`,
    needs,
    look: async () => {
      if (shard.connector.state !== "running") return well(`none is sent: planned is ${shard.connector.state}`);
      return await sendProbe(looks, shard);
    },
  };
  // Without the statement Debezium beats only on its own topic, which tells nothing of the way from the database.
  const beats = shard.connector.config["heartbeat.action.query"] !== undefined && shard.connector.state === "running";
  if (!beats) return [probe];
  const bound = plan.guard?.settings.stallSeconds ?? defaultStallSeconds;
  const heartbeat: Check = {
    id: `${name}:heartbeat`,
    section,
    title: `${name} heartbeat`,
    needs,
    look: async () => {
      const { newestMs, askedAtMs } = await looks.newestHeartbeat(shard);
      return judgeHeartbeat(shard, newestMs, askedAtMs, bound);
    },
  };
  return [heartbeat, probe];
}
