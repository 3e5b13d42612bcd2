/**
 * Kafka Connect's REST API, as far as connectors need it (plain fetch).
 * Upstream: Kafka documentation, "Kafka Connect, REST API".
 */

export type ConnectorState = "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";

export interface TaskStatus {
  readonly id: number;
  readonly state: ConnectorState;
  readonly worker_id: string;
  /** The Java stack trace of a FAILED task. */
  readonly trace?: string;
}

export interface ConnectorStatus {
  readonly name: string;
  readonly connector: { readonly state: ConnectorState; readonly worker_id: string; readonly trace?: string };
  readonly tasks: readonly TaskStatus[];
}

/** An answer other than success: the HTTP status and the worker's own message. */
export class ConnectRestError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "ConnectRestError";
    this.status = status;
  }
}

/** Pauses before trying again while the workers rebalance (409), growing to 5 s: about a minute in all. */
const rebalancePausesMs = [250, 500, 1000, 2000, ...Array.from({ length: 11 }, () => 5000)];

/** One request may take this long: the worker itself answers "timed out" after 90 s. */
const requestTimeoutMs = 95_000;

export interface ConnectClientOptions {
  /** Root of the REST API, for example `http://localhost:8083`. */
  readonly url: string;
  /** Waits; replaced in tests. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export class ConnectClient {
  readonly url: string;
  readonly #sleep: (ms: number) => Promise<void>;

  constructor(options: ConnectClientOptions) {
    this.url = options.url.replace(/\/$/, "");
    this.#sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /** Creates the connector or changes its configuration: idempotent. */
  async putConfig(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.#request("PUT", `${path(name)}/config`, { ...config, name });
  }

  /** The configuration as the worker stores it, without `name`, or undefined when there is no such connector. */
  async getConfig(name: string): Promise<Record<string, string> | undefined> {
    const config = await this.#requestOrMissing("GET", `${path(name)}/config`);
    if (config === undefined) return undefined;
    const { name: _, ...rest } = config as Record<string, string>;
    return rest;
  }

  /** State of connector and tasks, or undefined when there is no such connector (or not yet: status arrives after the 201). */
  async getStatus(name: string): Promise<ConnectorStatus | undefined> {
    return (await this.#requestOrMissing("GET", `${path(name)}/status`)) as ConnectorStatus | undefined;
  }

  /** Lets a paused or stopped connector run. */
  async resume(name: string): Promise<void> {
    await this.#request("PUT", `${path(name)}/resume`);
  }

  /** Restarts what has failed of a connector and its tasks; the rest goes on undisturbed. */
  async restartFailed(name: string): Promise<void> {
    await this.#request("POST", `${path(name)}/restart?includeTasks=true&onlyFailed=true`);
  }

  /** Removes the connector; one that is gone already is fine. */
  async deleteConnector(name: string): Promise<void> {
    await this.#requestOrMissing("DELETE", path(name));
  }

  async #requestOrMissing(method: string, route: string): Promise<unknown> {
    try {
      return await this.#request(method, route);
    } catch (error) {
      if (error instanceof ConnectRestError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #request(method: string, route: string, body?: unknown): Promise<unknown> {
    for (const pauseMs of rebalancePausesMs) {
      const response = await this.#fetch(method, route, body);
      if (response.status !== 409) return await answer(response);
      await response.body?.cancel();
      await this.#sleep(pauseMs);
    }
    throw new ConnectRestError(
      409,
      `${method} ${this.url}${route}: the workers are still rebalancing after a minute; ` +
        "a worker that keeps joining and leaving the group shows in the workers' logs",
    );
  }

  async #fetch(method: string, route: string, body: unknown): Promise<Response> {
    const init: RequestInit = { method, signal: AbortSignal.timeout(requestTimeoutMs) };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { "content-type": "application/json" };
    }
    try {
      return await fetch(`${this.url}${route}`, init);
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new Error(
        `no answer from Kafka Connect at ${this.url} (${describe(cause)}); is the worker's container running?`,
        { cause: error },
      );
    }
  }
}

function path(name: string): string {
  return `/connectors/${encodeURIComponent(name)}`;
}

async function answer(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return text === "" ? undefined : JSON.parse(text);
  throw new ConnectRestError(response.status, messageOf(text) ?? `HTTP ${response.status} ${response.statusText}`);
}

/** Connect's error body is `{"error_code": …, "message": …}`; anything else is given as it came. */
function messageOf(text: string): string | undefined {
  if (text === "") return undefined;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && "message" in body) return String(body.message);
  } catch {
    // Not JSON (a proxy's page, say): the text itself is the best there is.
  }
  return text;
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // Node gives an AggregateError without a message when both ::1 and 127.0.0.1 refuse.
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}
