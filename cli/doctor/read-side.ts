/** What the read side has to have: an engine with its indices, the sink as planned, no dead letters; and a probe that gets there. */
import { unhealthyIndex } from "../../lib/trouble.ts";
import { indexAgain, originOf } from "../../plan/row-origin.ts";
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { missingAliases } from "../../clients/opensearch/aliases.ts";
import { indexTargetOf } from "../../flow/flow-target.ts";
import type { PlannedConnector } from "../context.ts";
import { judgeConfig, judgeGuarded, judgePlugin, judgePresence, judgeState, judgeTasks } from "./connector.ts";
import type { Facts } from "./facts.ts";
import { containerCheck } from "./machine.ts";
import { sendProbe } from "./probe.ts";
import { broken, well, type Check, type Outcome } from "./walk.ts";

/** An engine on this machine answers within milliseconds; one that collects garbage may take a second. */
const answerLimitMs = 10_000;

const section = "read side";

/** All checks of the read side, which build on those of worker, connectors and flow. */
export function readSideChecks(facts: Facts, readSide: ReadSidePlan, shards: readonly ShardPlan[]): Check[] {
  const { engine, page } = readSide;
  return [
    ...(engine === undefined ? [] : [containerCheck(facts, section, engine.alias, engine.container)]),
    {
      id: "search",
      section,
      title: "engine and indices",
      needs: [engine?.container ?? "engine"],
      run: async () => await lookAtSearch(facts.stack.plan, readSide),
    },
    ...sinkChecks(facts, readSide),
    {
      id: "letters",
      section,
      title: "dead letters",
      needs: ["topics"],
      run: async () => judgeLetters(readSide.deadLetterTopic, await facts.recordsIn(readSide.deadLetterTopic)),
    },
    ...shards.flatMap((shard) => probeChecks(facts, readSide, shard)),
    ...(page === undefined ? [] : [containerCheck(facts, section, "search page", page.container)]),
  ];
}

function sinkChecks(facts: Facts, { sink }: ReadSidePlan): Check[] {
  const { worker, plan } = facts.stack;
  const planned: PlannedConnector = {
    name: sink.name,
    connector: { name: sink.name, state: "running", config: sink.config },
  };
  const check = (id: string, title: string, needs: readonly string[], run: Check["run"]): Check => ({
    id: `sink:${id}`,
    section,
    title: `sink ${title}`,
    needs,
    run,
  });
  const present = async () => {
    const status = await facts.status(planned);
    if (status === undefined) throw new Error(`connector ${sink.name} has gone meanwhile`);
    return status;
  };
  return [
    check(
      "plugin",
      "plugin",
      plan.connect.workers.map(({ container }) => container),
      async () => judgePlugin(sink.config["connector.class"] ?? "", await worker.listPlugins()),
    ),
    check(
      "connector",
      "connector",
      ["sink:plugin", ...plan.kafka.brokers.map(({ container }) => container)],
      async () => judgePresence(planned, await facts.status(planned)),
    ),
    check("config", "configuration", ["sink:connector"], async () =>
      judgeConfig(planned, await worker.getConfig(sink.name)),
    ),
    check("state", "state", ["sink:connector"], async () => judgeState(planned, await present())),
    check("tasks", "tasks", ["sink:state"], async () => judgeTasks(planned, await present())),
    ...(plan.guard === undefined
      ? []
      : [
          check("guarded", "as the guard sees it", [plan.guard.container], async () =>
            judgeGuarded(planned, await facts.guardState(), Date.now()),
          ),
        ]),
  ];
}

/** With another sink than our own nothing is known of its documents. */
function probeChecks(facts: Facts, readSide: ReadSidePlan, shard: ShardPlan): Check[] {
  if (readSide.indices.length === 0 || shard.connector.state !== "running") return [];
  return [
    {
      id: `${shard.name}:indexed`,
      section,
      title: `${shard.name} probe`,
      needs: [`${shard.name}:probe`, "sink:tasks", "search"],
      run: async () => {
        const target = indexTargetOf(facts.stack.plan, readSide, shard);
        return await sendProbe(facts, shard, target);
      },
    },
  ];
}

async function lookAtSearch(plan: PipelinePlan, { endpoints, indices, probeIndex }: ReadSidePlan): Promise<Outcome> {
  const { engineClient } = await import("../../clients/opensearch/client.ts");
  const engine = engineClient(endpoints.fromHost, { timeoutMs: answerLimitMs });
  try {
    const { body: health } = await engine.cluster.health();
    const planned = indices.length === 0 ? [] : [...indices, ...(probeIndex === undefined ? [] : [probeIndex])];
    const aliases = planned.map(({ alias }) => alias);
    const missing = await missingAliases(endpoints.fromHost, aliases, answerLimitMs);
    const rows = indices
      .filter(({ alias }) => missing.includes(alias))
      .map((index) => ({ table: index.table, rows: originOf(plan, index) }));
    return judgeSearch(health.status, aliases.length, missing, indexAgain(rows));
  } finally {
    await engine.close();
  }
}

/**
 * @param status the cluster's health. @param count of indices that are planned. @param missing aliases without an index.
 * @param again what brings these back.
 */
export function judgeSearch(status: string, count: number, missing: readonly string[], again: string): Outcome {
  if (status === "red")
    return broken(
      `${unhealthyIndex.what}: the engine's health is red: an index has lost data, or is not loaded yet`,
      "wait a minute; cdc logs opensearch --tail 50 says what it does",
    );
  if (missing.length > 0)
    return broken(`${unhealthyIndex.what}: there is no index behind ${missing.join(", ")}`, again);
  return well(`${status}, all ${count} indices are there`);
}

export function judgeLetters(topic: string, count: bigint): Outcome {
  if (count === 0n) return well(`none in ${topic}`);
  return broken(
    `${count} in ${topic}`,
    "cdc dlq list says why; mend it, then cdc dlq replay --all; what nobody can mend is taken out by cdc dlq discard OFFSET",
  );
}
