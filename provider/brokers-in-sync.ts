/** Waiting, between one broker's new container and the next one's, until the cluster can do without the next. */
import { systemClock, type Clock } from "../clients/connect/clock.ts";
import type { Replicas } from "../clients/kafka/replicas.ts";
import type { ContainerState } from "../clients/docker/container.ts";
import { kafkaEndpoint, type KafkaEndpoint, type Written } from "../lib/endpoint.ts";
import { messageOf } from "../lib/run.ts";

/** What the resource `cdc:index:BrokersInSync` is given. */
export interface BrokersInSyncInputs {
  /** Addresses of all brokers, as they are reached from this machine. */
  readonly bootstrap: Written<KafkaEndpoint>;
  /** The password of the account at them. */
  readonly kafkaPassword?: string;
  /** The broker whose container was just exchanged: its node id, and the container's id, which another one has changed. */
  readonly nodeId: number;
  readonly containerId: string;
  /** All other brokers. */
  readonly others: readonly { readonly nodeId: number; readonly container: string }[];
  /** How long to wait for it, in seconds. */
  readonly timeoutSeconds: number;
}

/** What is asked of engine and brokers; replaced in tests. */
export interface Cluster {
  readonly inspect: (container: string) => Promise<Pick<ContainerState, "status"> | undefined>;
  /** @throws Error while no broker answers. */
  readonly replicas: (kafka: KafkaEndpoint) => Promise<Replicas[]>;
}

const pollMs = 500;

/**
 * Waits until every partition has all of its replicas in sync. Of brokers whose containers do not run none are expected: they come
 * after this one, and would be waited for in vain. When no other broker runs, there is nothing that could be kept going.
 * @throws Error naming partitions and the brokers that they lack.
 */
export async function awaitInSync(
  cluster: Cluster,
  { bootstrap, kafkaPassword, nodeId, others, timeoutSeconds }: BrokersInSyncInputs,
  clock: Clock = systemClock,
): Promise<void> {
  const states = await Promise.all(
    others.map(async (other) => ({ ...other, status: (await cluster.inspect(other.container))?.status })),
  );
  const running = states.filter(({ status }) => status === "running");
  if (running.length === 0) return;
  const expected = new Set([nodeId, ...running.map((other) => other.nodeId)]);
  const deadline = clock.now() + timeoutSeconds * 1000;
  for (;;) {
    const found = await cluster.replicas(kafkaEndpoint(bootstrap, { kafkaPassword })).then(
      (partitions) => describeLacking(partitions, expected),
      (error: unknown) => messageOf(error),
    );
    if (found === undefined) return;
    if (clock.now() > deadline) {
      throw new Error(
        `broker ${nodeId} is not in sync with the others after ${timeoutSeconds} s: ${found}; the next broker is left as it is. ` +
          "See the brokers' logs (`cdc logs kafka`), then `pulumi up` again",
      );
    }
    await clock.sleep(pollMs);
  }
}

const shownPartitions = 3;

/** @returns undefined when every partition has the replicas in sync that can be expected of it. */
function describeLacking(partitions: readonly Replicas[], expected: ReadonlySet<number>): string | undefined {
  const lacking = partitions.flatMap(({ topic, partition, replicas, inSync }) => {
    const missing = replicas.filter((id) => expected.has(id) && !inSync.includes(id));
    return missing.length === 0 ? [] : [`${topic}-${partition} lacks ${missing.join(", ")}`];
  });
  if (lacking.length === 0) return undefined;
  const more = lacking.length > shownPartitions ? ` and ${lacking.length - shownPartitions} more` : "";
  return `${lacking.slice(0, shownPartitions).join(", ")}${more}`;
}
