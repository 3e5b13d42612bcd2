/**
 * Kafka Connect's REST API, as far as connectors need it.
 * Upstream: Kafka documentation, "Kafka Connect, REST API".
 */
import { unlessHindered, type ObstacleWatch } from "./obstacle.ts";
import { isErrno, messageOf } from "../../lib/run.ts";
import type { HttpEndpoint } from "../../lib/endpoint.ts";
import { askHttp, rootOf, type HttpAnswer, type HttpQuestion } from "../http.ts";
import { TlsError } from "../tls.ts";
import { refusedLogin } from "./login.ts";

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

/** States a connector may be asked to be in (KIP-875, KIP-980). */
export type DesiredState = "running" | "paused" | "stopped";

/** How far one source partition has been read, as the connector itself writes it; of a sink, one topic partition. */
export interface ConnectorOffset {
  /** Debezium's MySQL connector: `{"server": TOPIC_PREFIX}`; a sink: `kafka_topic`, `kafka_partition`. */
  readonly partition: Readonly<Record<string, unknown>>;
  /**
   * Debezium's MySQL connector: `file`, `pos`, `gtids`, `ts_sec`, `snapshot` while one runs; a sink: `kafka_offset`.
   * Null to forget it.
   */
  readonly offset: Readonly<Record<string, unknown>> | null;
}

/** What the worker's validation says of one property. */
export interface PropertyErrors {
  readonly property: string;
  readonly errors: readonly string[];
}

/** A plugin that the worker has found under `plugin.path`. */
export interface WorkerPlugin {
  readonly class: string;
  readonly type: string;
  readonly version: string;
}

/** A connector as `GET /connectors?expand=info&expand=status` describes it. */
export interface ExpandedConnector {
  readonly info: {
    readonly name: string;
    readonly config: Readonly<Record<string, string>>;
    /** `unknown` while the worker does not have its class. */
    readonly type: "source" | "sink" | "unknown";
  };
  readonly status: ConnectorStatus;
}

/** An answer other than success: the HTTP status and the worker's own message. */
export class ConnectRestError extends Error {
  readonly status: number;
  /** What to do, where the worker lets nobody in (401, 403); its words tell it in all other cases. */
  readonly remedy: string | undefined;
  constructor(status: number, message: string, remedy?: string) {
    super(message);
    this.name = "ConnectRestError";
    this.status = status;
    this.remedy = remedy;
  }
}

/** No answer at all: the worker, or the way to it, is missing. */
export class NoAnswerError extends Error {
  /** Nothing listens at the address, as opposed to something that does not answer in time. */
  readonly nothingListens: boolean;
  constructor(message: string, nothingListens: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = "NoAnswerError";
    this.nothingListens = nothingListens;
  }
}

/**
 * What a worker says of what it will do in a moment. Some routes tell a rebalance as 409, reads and creates at times as a
 * 500 with these words; a sink's offsets cannot be changed before its tasks have left their consumer group.
 */
const passing = ["a rebalance is expected", "haven't stopped completely yet"];

/** Pauses before trying again while the workers rebalance (409), growing to 5 s: about a minute in all. */
const rebalancePausesMs = [250, 500, 1000, 2000, ...Array.from({ length: 11 }, () => 5000)];

/** One request may take this long, unless told otherwise: the worker itself answers "timed out" after 90 s. */
const requestTimeoutMs = 95_000;

export interface ConnectClientOptions {
  /** How long one request may take, in milliseconds. Default 95 s, longer than the worker's own limit. */
  readonly timeoutMs?: number;
  /** Waits; replaced in tests. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** What the worker may wait for; left out, it alone is named when it does not answer. */
  readonly watch?: ObstacleWatch;
  /** Other workers of its cluster: asked one after the other where nothing listens, as each answers for all. */
  readonly others?: readonly HttpEndpoint[];
}

export class ConnectClient {
  /** Root of the REST API. */
  readonly url: string;
  readonly #address: HttpEndpoint;
  readonly #others: readonly HttpEndpoint[];
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #timeoutMs: number;
  readonly #watch: ObstacleWatch | undefined;

  /** @param address of one worker, which passes on what is another one's. */
  constructor(address: HttpEndpoint, options: ConnectClientOptions = {}) {
    this.url = rootOf(address);
    this.#address = address;
    this.#others = options.others ?? [];
    this.#timeoutMs = options.timeoutMs ?? requestTimeoutMs;
    this.#watch = options.watch;
    this.#sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /** Creates the connector or changes its configuration: idempotent. */
  async putConfig(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.#request("PUT", `${path(name)}/config`, { ...config, name });
  }

  /**
   * Creates the connector in the given state, so that one that is wanted paused never runs first (KIP-980).
   * @throws ConnectRestError 409 when there is one of that name.
   */
  async create(name: string, config: Readonly<Record<string, string>>, state: DesiredState): Promise<void> {
    const body = { name, config: { ...config, name }, initial_state: state.toUpperCase() };
    await this.#once("POST", "/connectors", body);
  }

  /**
   * Has the worker check a configuration without using it; Debezium logs in to the database for that.
   * @returns the properties with errors, in the worker's own words; empty when all is well.
   * @throws ConnectRestError when the worker does not have the class.
   */
  async validate(config: Readonly<Record<string, string>>): Promise<PropertyErrors[]> {
    const plugin = config["connector.class"] ?? "";
    const answer = (await this.#request(
      "PUT",
      `/connector-plugins/${encodeURIComponent(plugin)}/config/validate`,
      config,
    )) as { configs: { value: { name: string; errors: string[] } | null }[] };
    // Debezium's internal properties come without a value.
    return answer.configs.flatMap(({ value }) =>
      value === null || value.errors.length === 0 ? [] : [{ property: value.name, errors: value.errors }],
    );
  }

  /** All connectors with configuration (without secrets' values) and state, by name. */
  async listConnectors(): Promise<Record<string, ExpandedConnector>> {
    return (await this.#request("GET", "/connectors?expand=info&expand=status")) as Record<string, ExpandedConnector>;
  }

  /** The connector plugins that the worker has; with `all`, transforms and converters too. */
  async listPlugins(all = false): Promise<WorkerPlugin[]> {
    return (await this.#request("GET", `/connector-plugins?connectorsOnly=${!all}`)) as WorkerPlugin[];
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

  /** Stops the tasks' work but keeps them and their connections (PAUSED). */
  async pause(name: string): Promise<void> {
    await this.#request("PUT", `${path(name)}/pause`);
  }

  /** Ends the tasks; the connector keeps its configuration and offsets (STOPPED, KIP-875). */
  async stop(name: string): Promise<void> {
    await this.#request("PUT", `${path(name)}/stop`);
  }

  /** Restarts connector and tasks, failed or not. */
  async restart(name: string): Promise<void> {
    await this.#request("POST", `${path(name)}/restart?includeTasks=true&onlyFailed=false`);
  }

  /** Restarts what has failed of a connector and its tasks; the rest goes on undisturbed. */
  async restartFailed(name: string): Promise<void> {
    await this.#request("POST", `${path(name)}/restart?includeTasks=true&onlyFailed=true`);
  }

  /** The offsets that the connector would go on from; empty when it has none. Undefined when there is no such connector. */
  async getOffsets(name: string): Promise<ConnectorOffset[] | undefined> {
    const answer = (await this.#requestOrMissing("GET", `${path(name)}/offsets`)) as
      | { offsets: ConnectorOffset[] }
      | undefined;
    return answer?.offsets;
  }

  /** Forgets all offsets. @throws ConnectRestError 400 unless the connector is STOPPED. */
  async resetOffsets(name: string): Promise<void> {
    await this.#request("DELETE", `${path(name)}/offsets`);
  }

  /** Writes offsets. @throws ConnectRestError 400 unless the connector is STOPPED. */
  async alterOffsets(name: string, offsets: readonly ConnectorOffset[]): Promise<void> {
    await this.#request("PATCH", `${path(name)}/offsets`, { offsets });
  }

  /**
   * Sets a logger's level on every worker of the cluster (KIP-976); lost when a worker restarts.
   * @param level ERROR, WARN, INFO, DEBUG, TRACE or OFF.
   */
  async setLogLevel(logger: string, level: string): Promise<void> {
    await this.#request("PUT", `/admin/loggers/${encodeURIComponent(logger)}?scope=cluster`, { level });
  }

  /** The loggers of this worker that have a level of their own, and that level. */
  async getLogLevels(): Promise<Record<string, { readonly level: string }>> {
    return (await this.#request("GET", "/admin/loggers")) as Record<string, { level: string }>;
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
    let last = "";
    for (const pauseMs of rebalancePausesMs) {
      try {
        return await this.#once(method, route, body);
      } catch (error) {
        if (!(error instanceof ConnectRestError && error.status === 409)) throw error;
        last = error.message;
      }
      await this.#sleep(pauseMs);
    }
    throw new ConnectRestError(
      409,
      `${method} ${this.url}${route}: the workers are still rebalancing after a minute (${last}); ` +
        "a worker that keeps joining and leaving the group shows in the workers' logs",
    );
  }

  /** Without the pauses: where 409 means "exists already" too. */
  async #once(method: string, route: string, body?: unknown): Promise<unknown> {
    if (this.#watch === undefined) return await this.#send(method, route, body);
    const later = method === "GET" ? "" : "; what it was asked to do may still be done once that is back";
    return await unlessHindered(
      this.#watch,
      async (end) => await this.#send(method, route, body, end),
      (error) => error instanceof ConnectRestError && error.status >= 500,
      `Kafka Connect at ${this.url} waits for it${later}`,
    );
  }

  async #send(method: string, route: string, body: unknown, end?: AbortSignal): Promise<unknown> {
    const limit = AbortSignal.timeout(this.#timeoutMs);
    const signal = end === undefined ? limit : AbortSignal.any([limit, end]);
    return this.#read(method, route, await this.#ask({ method, path: route, body, signal }));
  }

  async #ask(question: HttpQuestion): Promise<HttpAnswer> {
    try {
      return await this.#askAny(question);
    } catch (error) {
      if (error instanceof TlsError) throw error;
      throw new NoAnswerError(
        `no answer from Kafka Connect at ${this.url} (${messageOf(error)}); is the worker's container running?`,
        isErrno(error, "ECONNREFUSED"),
        { cause: error },
      );
    }
  }

  /** What was refused reached nobody, and may be asked of another worker, whatever it is. */
  async #askAny(question: HttpQuestion): Promise<HttpAnswer> {
    let refused: unknown;
    for (const address of [this.#address, ...this.#others]) {
      try {
        return await askHttp("Kafka Connect", address, question);
      } catch (error) {
        if (!isErrno(error, "ECONNREFUSED")) throw error;
        refused ??= error;
      }
    }
    throw refused;
  }

  #read(method: string, route: string, { status, statusText, text }: HttpAnswer): unknown {
    if (status >= 200 && status < 300) return text === "" ? undefined : parse(`${this.url}${route}`, text);
    // Connect's own 404 is JSON: taken for one, a worker that starts would say of every connector that there is none.
    if (status === 404 && /^\s*<(html|!doctype)/i.test(text)) {
      throw new NoAnswerError(
        `no answer from Kafka Connect at ${this.url}: a web server listens, and has no such page (HTTP 404); the worker is about to start, or the port is another's`,
        false,
      );
    }
    const message = messageIn(text) ?? `HTTP ${status} ${statusText}`;
    const login = refusedLogin(this.#address, status, `${method} ${route}`, message);
    if (login !== undefined) throw new ConnectRestError(status, login.message, login.remedy);
    // One case for us: 409.
    throw new ConnectRestError(passing.some((words) => message.includes(words)) ? 409 : status, message);
  }
}

function path(name: string): string {
  return `/connectors/${encodeURIComponent(name)}`;
}

function parse(url: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const start = text.slice(0, 60).trim();
    throw new Error(`${url} answers, but not as Kafka Connect does ("${start}"); is the port another's?`, {
      cause: error,
    });
  }
}

/** Connect's error body is `{"error_code": …, "message": …}`; anything else is given as it came. */
function messageIn(text: string): string | undefined {
  if (text === "") return undefined;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && "message" in body) return String(body.message);
  } catch {
    // Not JSON (a proxy's page, say): the text itself is the best there is.
  }
  return text;
}
