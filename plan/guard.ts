/** The guard: a container that restarts connectors which failed or stalled. */
import type { PipelineConfig } from "../config/schema.ts";
import { connectUser } from "../lib/constants.ts";
import { certificateNames, httpEndpoints, ownNames, publishedPort } from "./endpoints.ts";
import { brokersAs, writtenHttp, writtenKafka } from "../lib/endpoint.ts";
import { askedIn, asksIn, nameIn, networkNames } from "./networks.ts";
import { pidsLimit } from "./limits.ts";
import { nodeMemoryLimitMiB } from "./memory.ts";
import { topologyOf, type PlannedParts } from "./topology.ts";
import type { AskedBeside, GuardPlan, GuardSettings, MonitoredGuardPlan, TopicPlan } from "./types.ts";

/** Measured: 65 MiB, with the guard's code and a connection to Kafka. */
const expectedMemoryMiB = 90;

/** Inside the container. */
const metricsPort = 9108;

/** How long a check of the connectors and the writing down of it may take, on a busy machine too. */
const checkLimitSeconds = 60;

/** How long the guard may write nothing before it counts as stuck, in seconds: its next check, and the time for it. */
export function guardSilentSeconds({ checkSeconds }: Pick<GuardSettings, "checkSeconds">): number {
  return checkSeconds + checkLimitSeconds;
}

/**
 * Plans the guard.
 * @param parts what it looks at, and what the operator's page shows.
 * @returns undefined when it is switched off.
 */
export function planGuard(
  stack: string,
  config: PipelineConfig,
  parts: PlannedParts,
): GuardPlan | MonitoredGuardPlan | undefined {
  const { enabled, checkSeconds, stallSeconds, restartAfterSeconds } = config.guard;
  if (!enabled) return undefined;
  const { connect, kafka } = parts;
  const networks = networkNames(stack);
  const guard: GuardPlan = {
    name: "guard",
    container: `${stack}-guard`,
    alias: "guard",
    // It asks the servers too: whether they answer, and whether a place is still one of their history.
    networks: [asksIn(networks.pipeline), asksIn(networks.databases)],
    expectedMemoryMiB,
    memoryLimitMiB: nodeMemoryLimitMiB,
    pidsLimit,
    settings: {
      connectUrls: connect.workers.map(({ endpoints }) => writtenHttp(endpoints.inNetwork)),
      bootstrap: writtenKafka(brokersAs(kafka.endpoints.inNetwork, "guard")),
      checkSeconds,
      stallSeconds,
      restartAfterSeconds,
    },
  };
  return config.monitoring.enabled ? withMetrics(guard, stack, config, parts) : guard;
}

/** Asked by its name where its port is published, as a worker is, and beside the Prometheus of the stack's own; at no other address. */
function withMetrics(guard: GuardPlan, stack: string, config: PipelineConfig, parts: PlannedParts): MonitoredGuardPlan {
  const { monitoring, portOffset, maxDelaySeconds, security } = config;
  const { alias, container, settings } = guard;
  const networks = networkNames(stack);
  const asked = [networks.pipeline, ...(monitoring.prometheus.enabled ? [networks.monitoring] : [])];
  const port = publishedPort(metricsPort, monitoring.port + portOffset);
  return {
    ...guard,
    networks: [
      ...asked.map((network) => askedIn(network, alias)),
      asksIn(networks.databases),
      // Whether the index is healthy is asked of the engine.
      ...(parts.readSide?.engine === undefined ? [] : [asksIn(networks.readSide)]),
    ],
    port,
    endpoints: httpEndpoints(alias, port, security),
    certificateNames: security === "tls" ? certificateNames(alias, container) : undefined,
    settings: {
      ...settings,
      metrics: {
        port: port.internal,
        listensAt: asked.map((network) => nameIn(network, alias)),
        hosts: ownNames(alias, container),
        silentSeconds: guardSilentSeconds(settings),
        ...(security === "tls" && { login: { user: connectUser } }),
      },
      asks: askedBeside(parts),
      page: { stack, maxDelaySeconds, topology: topologyOf(config, parts) },
    },
  };
}

function askedBeside({ connect, readSide, sharedTopics }: PlannedParts): AskedBeside {
  const names = (topics: readonly TopicPlan[]) => topics.map(({ name }) => name);
  return {
    topics: {
      "merged data": names(sharedTopics),
      "dead letters": names(readSide?.topics ?? []),
      worker: names(connect.topics),
    },
    ...(readSide === undefined
      ? {}
      : {
          engine: {
            endpoint: writtenHttp(readSide.endpoints.inNetwork),
            aliases: readSide.indices.map(({ alias }) => alias),
          },
        }),
  };
}

/** Whether the guard serves metrics. */
export function isMonitored(guard: GuardPlan | undefined): guard is MonitoredGuardPlan {
  return guard !== undefined && "port" in guard;
}
