/** What is asked of a Prometheus over its HTTP API. */
import type { HttpEndpoint } from "../lib/endpoint.ts";
import { askHttp } from "./http.ts";

/** As far as they are read here. */
interface Answers {
  readonly "/api/v1/targets?state=active": {
    readonly activeTargets: readonly { readonly labels: Labels; readonly health: string; readonly lastError: string }[];
  };
  readonly "/api/v1/alerts": { readonly alerts: readonly { readonly labels: Labels; readonly state: string }[] };
  readonly "/api/v1/query": { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

type Labels = Readonly<Record<string, string>>;

/** Something that it reads metrics of. */
export interface Target {
  readonly job: string;
  /** `up`, `down`, or `unknown` before the first look. */
  readonly health: string;
  /** Empty when there is none. */
  readonly lastError: string;
}

export class PrometheusClient {
  readonly #endpoint: HttpEndpoint;
  readonly #limitMs: number;

  /** @param limitMs how long an answer may take. */
  constructor(endpoint: HttpEndpoint, limitMs: number) {
    this.#endpoint = endpoint;
    this.#limitMs = limitMs;
  }

  async targets(): Promise<Target[]> {
    const { activeTargets } = await this.#ask("/api/v1/targets?state=active");
    return activeTargets.map(({ labels, health, lastError }) => ({ job: labels["job"] ?? "", health, lastError }));
  }

  /** The names of the alerts that fire, each once. */
  async firing(): Promise<string[]> {
    const { alerts } = await this.#ask("/api/v1/alerts");
    const names = alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels["alertname"] ?? "");
    return [...new Set(names)].toSorted();
  }

  /** The value of an expression that has one at most; undefined when it has none. */
  async value(expression: string): Promise<number | undefined> {
    const { result } = await this.#ask("/api/v1/query", `?query=${encodeURIComponent(expression)}`);
    const [, text] = result[0]?.value ?? [];
    return text === undefined ? undefined : Number(text);
  }

  async #ask<Path extends keyof Answers>(path: Path, query = ""): Promise<Answers[Path]> {
    const signal = AbortSignal.timeout(this.#limitMs);
    const { status, text } = await askHttp("Prometheus", this.#endpoint, {
      method: "GET",
      path: `${path}${query}`,
      body: undefined,
      signal,
    });
    if (status !== 200) throw new Error(`Prometheus answers ${status} to ${path}: ${text.slice(0, 200)}`);
    return (JSON.parse(text) as { data: Answers[Path] }).data;
  }
}
