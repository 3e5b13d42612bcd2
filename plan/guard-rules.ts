/** What the guard's settings have to do with one another, and with the heartbeats that it goes by. */
import type { PipelineConfig } from "../config/schema.ts";
import { heartbeatIntervalMs } from "./connector.ts";
import type { Problem } from "../lib/problem.ts";
import type { ShardPlan } from "./types.ts";

/** One heartbeat may be late, and a second one may be on its way. */
const heartbeatsPerStall = 3;

/** Finds settings by which the guard would see stalls where there are none, or none where there are. */
export function findGuardProblems(config: PipelineConfig, shards: readonly ShardPlan[]): Problem[] {
  if (!config.guard.enabled) return monitoringProblems(config);
  return [
    ...prometheusProblems(config),
    ...heartbeatProblems(config, shards),
    ...boundProblems(config, shards),
    ...pauseProblems(config),
  ];
}

/** The guard is who looks, and who serves what it saw. */
function monitoringProblems({ monitoring }: PipelineConfig): Problem[] {
  if (!monitoring.enabled) return [];
  return [
    {
      code: "CDC-415",
      path: "cdc:monitoring.enabled",
      message: "found true with cdc:guard.enabled false; the guard serves the metrics",
      remedy: "set cdc:guard.enabled to true, or cdc:monitoring.enabled to false",
    },
  ];
}

/** CDC-416: a Prometheus without metrics, alerts without a Prometheus. */
function prometheusProblems({ monitoring: { enabled, prometheus, alertsTo } }: PipelineConfig): Problem[] {
  if (prometheus.enabled && !enabled) {
    return [
      {
        code: "CDC-416",
        path: "cdc:monitoring.prometheus.enabled",
        message: "found true with cdc:monitoring.enabled false; there would be no metrics to read",
        remedy: "set cdc:monitoring.enabled to true, or cdc:monitoring.prometheus.enabled to false",
      },
    ];
  }
  if (alertsTo === undefined || prometheus.enabled) return [];
  return [
    {
      code: "CDC-416",
      path: "cdc:monitoring.alertsTo",
      message: "found with cdc:monitoring.prometheus.enabled false; alerts come from Prometheus",
      remedy: "set cdc:monitoring.prometheus.enabled to true, or take cdc:monitoring.alertsTo out",
    },
  ];
}

/** Without heartbeats a stall cannot be told from quiet traffic. */
function heartbeatProblems(config: PipelineConfig, shards: readonly ShardPlan[]): Problem[] {
  return shards.flatMap((shard, index) => {
    // Neither 0 nor what is no number.
    if (heartbeatIntervalMs(shard.connector) > 0) return [];
    const key = "heartbeat.interval.ms";
    const own = config.shards[index]?.connectorProperties[key];
    return [
      {
        code: "CDC-411" as const,
        path:
          own === undefined ? `cdc:connectors.properties.${key}` : `cdc:shards[${index}].connectorProperties.${key}`,
        message: `found ${own ?? config.connectors.properties[key]}; by its heartbeats the guard tells a stalled connector from a quiet one`,
        remedy: "give it a time in milliseconds (5000), or set cdc:guard.enabled to false",
      },
    ];
  });
}

function boundProblems(config: PipelineConfig, shards: readonly ShardPlan[]): Problem[] {
  const { stallSeconds, checkSeconds } = config.guard;
  const problems: Problem[] = [];
  const [slowest] = shards.toSorted((a, b) => heartbeatIntervalMs(b.connector) - heartbeatIntervalMs(a.connector));
  const interval = slowest === undefined ? 0 : heartbeatIntervalMs(slowest.connector) / 1000;
  const least = Math.ceil(interval * heartbeatsPerStall);
  if (stallSeconds < least) {
    problems.push({
      code: "CDC-410",
      path: "cdc:guard.stallSeconds",
      message:
        `found ${stallSeconds}, but ${slowest?.name} sends a heartbeat every ${interval} s (heartbeat.interval.ms): ` +
        `a late one would look like a stall; allowed is ${least} or more`,
      remedy: `write stallSeconds: ${least}, or lower heartbeat.interval.ms`,
    });
  }
  if (checkSeconds * 2 > stallSeconds) {
    problems.push({
      code: "CDC-412",
      path: "cdc:guard.checkSeconds",
      message: `found ${checkSeconds} with stallSeconds ${stallSeconds}; the guard has to look twice before it calls a connector stalled`,
      remedy: `lower it to ${Math.max(1, Math.floor(stallSeconds / 2))}, or raise stallSeconds`,
    });
  }
  return problems;
}

function pauseProblems({ guard }: PipelineConfig): Problem[] {
  const pauses = guard.restartAfterSeconds;
  const index = pauses.findIndex((pause, at) => pause < (pauses[at - 1] ?? 0));
  if (index < 0) return [];
  return [
    {
      code: "CDC-413",
      path: `cdc:guard.restartAfterSeconds[${index}]`,
      message: `found ${pauses[index]} after ${pauses[index - 1]}; pauses grow, or a cause that lasts would be met more and more often`,
      remedy: "sort the list from short to long",
    },
  ];
}
