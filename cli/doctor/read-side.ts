/** What the read side has to have: an engine with its indices, the sink as planned, no dead letters; and a probe that gets there. */
import { indexAgain } from "../../lib/words.ts";
import type { ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { indexTargetOf } from "../../flow/flow-target.ts";
import type { PlannedConnector } from "../context.ts";
import { judgeConfig, judgeGuarded, judgePlugin, judgePresence, judgeState, judgeTasks } from "./connector.ts";
import type { Looks } from "./looks.ts";
import { containerCheck } from "./machine.ts";
import { sendProbe } from "./probe.ts";
import { broken, well, type Check, type Outcome } from "./walk.ts";

/** An engine on this machine answers within milliseconds; one that collects garbage may take a second. */
const answerLimitMs = 10_000;

const section = "read side";

/** All checks of the read side, which build on those of worker, connectors and flow. */
export function readSideChecks(looks: Looks, readSide: ReadSidePlan, shards: readonly ShardPlan[]): Check[] {
  const { engine, page } = readSide;
  return [
    ...(engine === undefined ? [] : [containerCheck(looks, section, engine.alias, engine.container)]),
    {
      id: "search",
      section,
      title: "engine and indices",
      needs: [engine?.container ?? "engine"],
      look: async () => await lookAtSearch(readSide),
    },
    ...sinkChecks(looks, readSide),
    {
      id: "letters",
      section,
      title: "dead letters",
      needs: ["topics"],
      look: async () => judgeLetters(readSide.deadLetterTopic, await looks.recordsIn(readSide.deadLetterTopic)),
    },
    ...shards.flatMap((shard) => probeChecks(looks, readSide, shard)),
    ...(page === undefined ? [] : [containerCheck(looks, section, "search page", page.container)]),
  ];
}

function sinkChecks(looks: Looks, { sink }: ReadSidePlan): Check[] {
  const { worker, plan } = looks.stack;
  const planned: PlannedConnector = {
    name: sink.name,
    connector: { name: sink.name, state: "running", config: sink.config },
  };
  const check = (id: string, title: string, needs: readonly string[], look: Check["look"]): Check => ({
    id: `sink:${id}`,
    section,
    title: `sink ${title}`,
    needs,
    look,
  });
  const present = async () => {
    const status = await looks.status(planned);
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
      async () => judgePresence(planned, await looks.status(planned)),
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
            judgeGuarded(planned, await looks.guardState(), Date.now()),
          ),
        ]),
  ];
}

/** With another sink than our own nothing is known of its documents. */
function probeChecks(looks: Looks, readSide: ReadSidePlan, shard: ShardPlan): Check[] {
  if (readSide.indices.length === 0 || shard.connector.state !== "running") return [];
  return [
    {
      id: `${shard.name}:indexed`,
      section,
      title: `${shard.name} probe`,
      needs: [`${shard.name}:probe`, "sink:tasks", "search"],
      look: async () => {
        const target = indexTargetOf(looks.stack.plan, readSide, shard);
        return await sendProbe(looks, shard, target);
      },
    },
  ];
}

async function lookAtSearch({ endpoints, indices, probeIndex }: ReadSidePlan): Promise<Outcome> {
  const { engineClient } = await import("../../clients/opensearch/client.ts");
  const engine = engineClient(endpoints.fromHost, { timeoutMs: answerLimitMs });
  try {
    const { body: health } = await engine.cluster.health();
    const aliases = indices.length === 0 ? [] : [...indices, probeIndex].map(({ alias }) => alias);
    const there = await Promise.all(
      aliases.map(async (alias) => (await engine.indices.existsAlias({ name: alias })).body),
    );
    return judgeSearch(
      health.status,
      aliases.length,
      aliases.filter((_, at) => there[at] !== true),
    );
  } finally {
    await engine.close();
  }
}

/** @param status the cluster's health; @param count of indices that are planned; @param missing aliases without an index. */
export function judgeSearch(status: string, count: number, missing: readonly string[]): Outcome {
  if (status === "red")
    return broken(
      "the engine's health is red: an index has lost data, or is not loaded yet",
      "wait a minute; cdc logs opensearch --tail 50 says what it does",
    );
  if (missing.length > 0)
    return broken(
      `there is no index behind ${missing.join(", ")}`,
      `${indexAgain}; cdc reindex brings the rows there were`,
    );
  return well(`${status}, all ${count} indices are there`);
}

export function judgeLetters(topic: string, count: bigint): Outcome {
  if (count === 0n) return well(`none in ${topic}`);
  return broken(
    `${count} in ${topic}`,
    "cdc dlq list says why; mend it, then cdc dlq replay --all; what nobody can mend is taken out by cdc dlq discard OFFSET",
  );
}
