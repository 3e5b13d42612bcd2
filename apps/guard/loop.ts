/** Check after check, one at a time, whatever happens in one of them. */
import type { ConnectClient } from "../../clients/connect/client.ts";
import type { GuardSettings } from "../../plan/types.ts";
import { decide, questions, type Action } from "./decide.ts";
import { nothing, type Memory } from "./memory.ts";
import type { Observation } from "./observation.ts";
import { observe, type World } from "./observe.ts";
import { nextRestartAt } from "./restarts.ts";
import type { GuardedConnector, GuardState } from "../../lib/guard-state.ts";
import type { LogEntry } from "../../lib/log-line.ts";
import { messageOf } from "../../lib/run.ts";

/** The world that is looked at, and what is done and logged. */
export interface Surroundings {
  readonly world: World;
  readonly worker: Pick<ConnectClient, "restart" | "restartFailed" | "stop" | "alterOffsets">;
  /** A line of the log. */
  readonly say: (entry: LogEntry) => void;
  readonly write: (state: GuardState) => Promise<void>;
  /** Told of every check, before it is written down; where metrics are served. */
  readonly checked?: (found: Checked) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What a check found. */
export interface Checked {
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  readonly memory: Memory;
  /** Undefined when the worker did not answer. */
  readonly seen: Observation | undefined;
  /** Restarts that the worker has taken since the guard began, by connector; without those who had none. */
  readonly restarts: ReadonlyMap<string, number>;
  /** As it is written down. */
  readonly state: GuardState;
}

export class Guard {
  readonly #settings: GuardSettings;
  readonly #around: Surroundings;
  #memory: Memory = nothing;
  /** At the last check. */
  #seen: Observation | undefined;
  readonly #restarts = new Map<string, number>();
  /** What could not be seen or done at the last check, as it was said. */
  #error: string | undefined;

  constructor(settings: GuardSettings, around: Surroundings) {
    this.#settings = settings;
    this.#around = around;
  }

  /** Checks every `checkSeconds`, and never before the last check has ended, until the signal. */
  async run(signal: AbortSignal, sleep: (ms: number) => Promise<unknown>): Promise<void> {
    while (!signal.aborted) {
      const started = this.#around.now();
      await this.check();
      await sleep(Math.max(0, started + this.#settings.checkSeconds * 1000 - this.#around.now()));
    }
  }

  /** One check; an error is said (once, until it is another) and kept in the state, never thrown. */
  async check(): Promise<void> {
    this.#seen = undefined;
    const errors = await this.#look().catch((error: unknown) => [messageOf(error)]);
    const state = this.#state(errors);
    this.#around.checked?.({
      at: this.#around.now(),
      memory: this.#memory,
      seen: this.#seen,
      restarts: this.#restarts,
      state,
    });
    const written = await this.#around.write(state).catch((error: unknown) => messageOf(error));
    this.#log(typeof written === "string" ? [...errors, written] : errors);
  }

  async #look(): Promise<string[]> {
    const { world, say, now } = this.#around;
    const seen = await observe(world, (name, status, beat) =>
      questions(this.#memory.connectors[name], status, beat, now(), this.#settings),
    );
    const { memory, actions, lines } = decide(this.#memory, seen, now(), this.#settings);
    this.#memory = memory;
    this.#seen = seen;
    for (const line of lines) say(line);
    const failures: string[] = [];
    for (const action of actions) {
      await this.#act(action).catch((error: unknown) =>
        failures.push(
          `${action.connector}: the ${action.kind === "stop" ? "stop" : "restart"} was not accepted: ${messageOf(error)}`,
        ),
      );
    }
    return [...(seen.error === undefined ? [] : [seen.error]), ...failures];
  }

  async #act(action: Action): Promise<void> {
    const { worker } = this.#around;
    const { connector } = action;
    if (action.kind === "stop") {
      await worker.stop(connector);
      // Where it stands by now, nothing tells of the loss any more: neither `up` nor a person's resume would find it.
      await worker.alterOffsets(connector, action.putBack);
      this.#around.say({ level: "WARN", text: `${connector}: stopped, and put back to its last known place` });
      return;
    }
    await (action.kind === "restart" ? worker.restart(connector) : worker.restartFailed(connector));
    this.#restarts.set(connector, (this.#restarts.get(connector) ?? 0) + 1);
  }

  #log(errors: readonly string[]): void {
    const error = errors.length === 0 ? undefined : errors.join("; ");
    if (error !== undefined && error !== this.#error) this.#around.say({ level: "ERROR", text: `guard: ${error}` });
    if (error === undefined && this.#error !== undefined)
      this.#around.say({ level: "INFO", text: "guard: everything answers again" });
    this.#error = error;
  }

  #state(errors: readonly string[]): GuardState {
    const now = this.#around.now();
    const connectors = Object.entries(this.#memory.connectors).map(([name, watched]): [string, GuardedConnector] => {
      const next = nextRestartAt(watched, this.#settings) ?? 0;
      const isDue = (watched.condition === "failed" || watched.condition === "stalled") && next > now;
      return [
        name,
        {
          condition: watched.condition,
          since: isoTime(watched.since),
          ...(watched.reason === undefined ? {} : { reason: watched.reason }),
          ...(watched.remedy === undefined ? {} : { remedy: watched.remedy }),
          restarts: watched.restarts,
          ...(isDue ? { nextRestartAt: isoTime(next) } : {}),
        },
      ];
    });
    return {
      checkedAt: isoTime(now),
      ...(this.#memory.checkedAt === undefined ? {} : { seenAt: isoTime(this.#memory.checkedAt) }),
      connectors: Object.fromEntries(connectors),
      ...(errors.length === 0 ? {} : { error: errors.join("; ") }),
    };
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
