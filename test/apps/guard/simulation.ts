/** A connector as the guard sees it, for tests: its state, its heartbeat, its offset, whether its database is there. */
import type { ConnectorState, ConnectorStatus } from "../../../clients/connect/client.ts";
import { decide, questions, type Action, type Decision } from "../../../apps/guard/decide.ts";
import { nothing, type Memory, type Watched } from "../../../apps/guard/memory.ts";
import {
  isRunning,
  type Beat,
  type Observation,
  type ObservedConnector,
  type SeenHistory,
} from "../../../apps/guard/observation.ts";
import type { Level } from "../../../lib/log-line.ts";
import type { GuardSettings } from "../../../plan/types.ts";

export const settings: GuardSettings = {
  connectUrls: ["http://connect:8083"],
  bootstrap: "kafka:29092",
  checkSeconds: 5,
  stallSeconds: 30,
  restartAfterSeconds: [0, 120, 360],
};

/** How a connector began, for looks that find nothing new. */
export const begun = { historyStart: 0n, snapshot: undefined, readTo: 1n };

export const name = "inventory-connector-0";

/** How the connector is for the next checks; what is left out is well. */
export interface Weather {
  readonly connector?: ConnectorState;
  /** Undefined: it has no task. */
  readonly task?: ConnectorState | undefined;
  readonly trace?: string;
  /** Heartbeats arrive; default true. */
  readonly beats?: boolean;
  /** Its offset moves; default as its heartbeats. */
  readonly moves?: boolean;
  readonly snapshot?: boolean;
  readonly obstacle?: string;
  readonly brokerAway?: boolean;
  readonly unwatched?: boolean;
  readonly sink?: boolean;
  /** Its configuration, in one text. */
  readonly config?: string;
  /** What the server says of its place; default: it is one of its history. */
  readonly history?: SeenHistory;
}

export interface Moment {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly watched: Watched;
  readonly actions: readonly Action["kind"][];
  readonly lines: readonly string[];
  /** Of the lines. */
  readonly levels: readonly Level[];
}

/** The guard with one connector and a clock of its own. */
export class Simulation {
  memory: Memory = nothing;
  readonly moments: Moment[] = [];
  readonly settings: GuardSettings;
  #beat = 0n;
  #position = 0;
  #seconds = 0;

  constructor(given: GuardSettings = settings) {
    this.settings = given;
  }

  /** Checks for so many seconds of this weather; returns what was seen at each check. */
  run(seconds: number, weather: Weather = {}): Moment[] {
    const count = Math.round(seconds / this.settings.checkSeconds);
    return Array.from({ length: count }, () => this.check(weather));
  }

  /** Lets time pass without a check. */
  sleep(seconds: number): void {
    this.#seconds += seconds;
  }

  check(weather: Weather): Moment {
    this.#seconds += this.settings.checkSeconds;
    const now = this.#now();
    const isAlive = (weather.beats ?? true) && isRunning(statusOf(weather));
    if (isAlive) this.#beat += 1n;
    if (weather.moves ?? isAlive) this.#position += 100;
    const seen: Observation = { connectors: { [name]: this.#seen(weather, now) } };
    const { memory, actions, lines } = decide(this.memory, seen, now, this.settings);
    this.memory = memory;
    const moment = {
      at: this.#seconds,
      watched: memory.connectors[name]!,
      actions: actions.map(({ kind }) => kind),
      lines: lines.map(({ text }) => text.replace(`${name}: `, "")),
      levels: lines.map(({ level }) => level),
    };
    this.moments.push(moment);
    return moment;
  }

  /** A check at which the worker has no connector. */
  nothingListed(): Decision {
    return decide(this.memory, { connectors: {} }, this.#now(), this.settings);
  }

  get conditions(): string[] {
    return this.moments.map(({ watched }) => watched.condition).filter((now, i, all) => now !== all[i - 1]);
  }

  get restarts(): number[] {
    return this.moments.filter(({ actions }) => actions.length > 0).map(({ at }) => at);
  }

  get lines(): string[] {
    return this.moments.flatMap(({ lines }) => lines);
  }

  #now(): number {
    return Date.UTC(2026, 10, 21, 10) + this.#seconds * 1000;
  }

  #seen(weather: Weather, now: number): ObservedConnector {
    const status = statusOf(weather);
    const beat = this.#beatOf(weather);
    const asked = questions(this.memory.connectors[name], status, beat, now, this.settings);
    const offset = {
      file: "binlog.000002",
      pos: this.#position,
      ...(weather.snapshot === true ? { snapshot: "INITIAL", snapshot_completed: false } : {}),
    };
    return {
      info: { name, config: {}, type: weather.sink === true ? "sink" : "source" },
      status,
      beat,
      config: weather.config ?? "{}",
      ...(asked.history === undefined ? {} : this.#history(weather)),
      ...(asked.offsets && weather.obstacle === undefined
        ? { offsets: [{ partition: { server: "shard0" }, offset }] }
        : {}),
      ...(asked.obstacle && weather.obstacle !== undefined ? { obstacle: weather.obstacle } : {}),
    };
  }

  #history({ history, obstacle }: Weather): { history?: SeenHistory } {
    if (obstacle !== undefined) return {};
    return { history: history ?? { offsets: [], begun, loss: undefined, lossBefore: undefined } };
  }

  #beatOf(weather: Weather): Beat {
    if (weather.sink === true) return { kind: "none" };
    if (weather.unwatched === true) return { kind: "unwatched", why: "it has no heartbeat.action.query" };
    return weather.brokerAway === true ? { kind: "unknown" } : { kind: "offset", offset: this.#beat };
  }
}

function statusOf(weather: Weather): ConnectorStatus {
  const worker_id = "connect:8083";
  const state = "task" in weather ? weather.task : "RUNNING";
  return {
    name,
    connector: { state: weather.connector ?? "RUNNING", worker_id },
    tasks:
      state === undefined
        ? []
        : [{ id: 0, state, worker_id, ...(weather.trace === undefined ? {} : { trace: weather.trace }) }],
  };
}
