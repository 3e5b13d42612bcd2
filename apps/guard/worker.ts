/** The workers of one cluster, any of which answers for all. */
import { ConnectClient, ConnectRestError } from "../../clients/connect/client.ts";
import type { HttpEndpoint } from "../../lib/endpoint.ts";

const requestTimeoutMs = 10_000;

/** Finds a worker that answers, and stays with it for as long as it does. */
export class AnyWorker {
  readonly #clients: ConnectClient[];

  constructor(workers: readonly HttpEndpoint[]) {
    const options = { timeoutMs: requestTimeoutMs, sleep: rebalancing };
    this.#clients = workers.map((worker) => new ConnectClient(worker, options));
  }

  /**
   * Asks one worker after the other until one answers, be it with a refusal: that is the cluster's.
   * @throws what the worker answered, or what the last one that did not answer threw.
   */
  async ask<T>(question: (client: ConnectClient) => Promise<T>): Promise<T> {
    for (let silent = 1; ; silent += 1) {
      try {
        return await question(this.#clients[0]!);
      } catch (error) {
        if (error instanceof ConnectRestError || silent === this.#clients.length) throw error;
        this.#clients.push(this.#clients.shift()!);
      }
    }
  }
}

/** The guard does not wait for the end of a rebalance: it looks again at its next check. */
async function rebalancing(): Promise<never> {
  throw new Error("the workers are rebalancing");
}
