/** Probes through the chosen shards, and what to say of them. */
import { setTimeout as sleep } from "node:timers/promises";
import { formatTable } from "../../lib/table.ts";
import type { ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { FlowError, FlowProbe, flowTargetOf, type Stage } from "../../flow/flow.ts";
import { indexTargetOf } from "../../flow/flow-target.ts";
import type { OperatedStack } from "../context.ts";
import { coloured } from "../output.ts";
import { latencyOf, percentilesOf, probeLimitMs, type Latency, type LatencyStage } from "../../flow/latency.ts";

/** What the person can do about a change that got stuck. */
const remedies: Readonly<Record<Stage, string>> = {
  database: "see that the shard's server runs and that the CDC account may log in: cdc doctor",
  binlog: "set the server's binlog variables as the plan has them: make up",
  connector: "cdc doctor names the cause; make up puts the connector back as it is planned",
  task: "cdc doctor names the cause; cdc restart SHARD starts the task again",
  topic: "see that the broker runs and that the topic is there: cdc doctor",
  index:
    "cdc status shows the sink (cdc resume or cdc restart it by its name); cdc dlq list shows what it could not take",
};

export interface ShardResult {
  readonly shard: string;
  readonly latencies: readonly Latency[];
  /** Where nothing may be written, the connector's place was followed in place of a probe. Default false. */
  readonly isReadOnly?: true;
  readonly error?: FlowError;
}

export interface ProbeOptions {
  /** Probes for each shard. */
  readonly count: number;
  /** Into whose index they are followed; undefined: they end at their topic. */
  readonly readSide: ReadSidePlan | undefined;
}

/** Sends `count` probes through each of the shards. */
export async function probeAll(
  { plan, cdcLogin }: OperatedStack,
  shards: readonly ShardPlan[],
  { count, readSide }: ProbeOptions,
): Promise<ShardResult[]> {
  return await Promise.all(
    shards.map(async (shard) => {
      const latencies: Latency[] = [];
      let probe: FlowProbe | undefined;
      try {
        const index = readSide && indexTargetOf(plan, readSide, shard);
        probe = await FlowProbe.open(flowTargetOf(plan, shard), await cdcLogin(shard.name), index);
        while (latencies.length < count) {
          // A probe is found right after a refresh; sent at once, the next one would always wait for nearly a whole interval.
          if (latencies.length > 0 && readSide !== undefined) await sleep(Math.random() * readSide.refreshIntervalMs);
          latencies.push(latencyOf(await probe.send(probeLimitMs)));
        }
        return { shard: shard.name, latencies, ...(shard.account.isReadOnly && { isReadOnly: true as const }) };
      } catch (error) {
        if (!(error instanceof FlowError)) throw error;
        return { shard: shard.name, latencies, error };
      } finally {
        await probe?.close();
      }
    }),
  );
}

/** @param stageNames the stages that were gone through, in their order. */
export function jsonOf(results: readonly ShardResult[], stageNames: readonly LatencyStage[]): unknown {
  return {
    healthy: results.every(({ error }) => error === undefined),
    shards: results.map(({ shard, latencies, error }) => ({
      shard,
      probes: latencies.length,
      stagesMs: Object.fromEntries(stageNames.map((stage) => [stage, percentilesOf(known(latencies, stage)) ?? null])),
      error:
        error === undefined ? null : { stage: error.stage, message: error.message, whatToDo: remedies[error.stage] },
    })),
  };
}

/** A line per shard for one probe each, a line per shard and stage for more. */
export function textOf(results: readonly ShardResult[], count: number, stageNames: readonly LatencyStage[]): string {
  const table =
    count === 1
      ? formatTable(
          ["SHARD", ...stageNames.map((stage) => aligned(stage.toUpperCase()))],
          results.map(({ shard, latencies }) => [
            shard,
            ...stageNames.map((stage) => aligned(ms(latencies[0]?.[stage]))),
          ]),
        )
      : formatTable(
          ["SHARD", "STAGE", ...["P50", "P95", "P99", "MAX"].map(aligned)],
          results.flatMap(({ shard, latencies }) =>
            stageNames.map((stage) => {
              const found = percentilesOf(known(latencies, stage));
              return [shard, stage, ...[found?.p50, found?.p95, found?.p99, found?.max].map((one) => aligned(ms(one)))];
            }),
          ),
        );
  const arrived = results.reduce((sum, { latencies }) => sum + latencies.length, 0);
  const isUnclear = results.some(({ latencies }) =>
    stageNames.some((stage) => known(latencies, stage).length < latencies.length),
  );
  return [
    table,
    "",
    `${arrived} of ${results.length * count} probes arrived`,
    ...(results.some(({ isReadOnly }) => isReadOnly === true)
      ? ["a server that is only read takes no probe: its connector has passed all that it had, and a heartbeat arrived"]
      : []),
    ...(isUnclear ? ["left out: stages whose clocks disagree, and those of events that carry no times"] : []),
    ...results.flatMap(({ error }) =>
      error === undefined ? [] : [`${coloured("red", "✗")} ${error.message}\n  what to do: ${remedies[error.stage]}`],
    ),
  ].join("\n");
}

/** Numbers stand under each other by their decimal point. */
function aligned(cell: string): string {
  return cell.padStart(10);
}

function known(latencies: readonly Latency[], stage: LatencyStage): number[] {
  return latencies.flatMap((latency) => latency[stage] ?? []);
}

function ms(value: number | undefined): string {
  return value === undefined ? "-" : `${value.toFixed(1)} ms`;
}
