/** The guard: a container that restarts connectors which failed or stalled. */
import type { PipelineConfig } from "../config/schema.ts";
import type { ConnectPlan, GuardPlan } from "./types.ts";

/** Measured: 65 MiB, with the guard's code and a connection to Kafka. */
const expectedMemoryMiB = 90;

/** A guard that wants more is broken, and ends before it takes memory from what it guards. */
const memoryLimitMiB = 256;

/**
 * Plans the guard.
 * @param bootstrap the brokers' addresses inside the network.
 * @returns undefined when it is switched off.
 */
export function planGuard(
  stack: string,
  config: PipelineConfig,
  connect: ConnectPlan,
  bootstrap: string,
): GuardPlan | undefined {
  const { enabled, checkSeconds, stallSeconds, restartAfterSeconds } = config.guard;
  if (!enabled) return undefined;
  return {
    name: "guard",
    container: `${stack}-guard`,
    alias: "guard",
    expectedMemoryMiB,
    memoryLimitMiB,
    settings: {
      connectUrls: connect.workers.map(({ alias, port }) => `http://${alias}:${port.internal}`),
      bootstrap,
      checkSeconds,
      stallSeconds,
      restartAfterSeconds,
    },
  };
}
