/** Check after check, one at a time, whatever happens in one of them. */
import type { ConnectClient } from "../connect/client.ts";
import type { GuardSettings } from "../plan/types.ts";
import { decide, questions, type Action } from "./decide.ts";
import { nothing, type Memory } from "./memory.ts";
import { observe, type World } from "./observe.ts";
import { nextRestartAt } from "./restarts.ts";
import type { GuardedConnector, GuardState } from "./state.ts";

/** The world that is looked at, and what is done and told. */
export interface Surroundings {
  readonly world: World;
  readonly worker: Pick<ConnectClient, "restart" | "restartFailed">;
  /** A line of the log, without the time. */
  readonly say: (line: string) => void;
  readonly write: (state: GuardState) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class Guard {
  readonly #settings: GuardSettings;
  readonly #around: Surroundings;
  #memory: Memory = nothing;
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
    const errors = await this.#look().catch((error: unknown) => [textOf(error)]);
    const written = await this.#around.write(this.#state(errors)).catch((error: unknown) => textOf(error));
    this.#tell(typeof written === "string" ? [...errors, written] : errors);
  }

  async #look(): Promise<string[]> {
    const { world, say, now } = this.#around;
    const seen = await observe(world, (name, status, beat) =>
      questions(this.#memory.connectors[name], status, beat, now(), this.#settings),
    );
    const { memory, actions, lines } = decide(this.#memory, seen, now(), this.#settings);
    this.#memory = memory;
    for (const line of lines) say(line);
    const failures: string[] = [];
    for (const action of actions) {
      await this.#act(action).catch((error: unknown) =>
        failures.push(`${action.connector}: the restart was not accepted: ${textOf(error)}`),
      );
    }
    return [...(seen.error === undefined ? [] : [seen.error]), ...failures];
  }

  async #act({ kind, connector }: Action): Promise<void> {
    const { worker } = this.#around;
    await (kind === "restart" ? worker.restart(connector) : worker.restartFailed(connector));
  }

  #tell(errors: readonly string[]): void {
    const error = errors.length === 0 ? undefined : errors.join("; ");
    if (error !== undefined && error !== this.#error) this.#around.say(`guard: ${error}`);
    if (error === undefined && this.#error !== undefined) this.#around.say("guard: everything answers again");
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
          restarts: watched.restarts,
          ...(isDue ? { nextRestartAt: isoTime(next) } : {}),
        },
      ];
    });
    return {
      checkedAt: isoTime(now),
      connectors: Object.fromEntries(connectors),
      ...(errors.length === 0 ? {} : { error: errors.join("; ") }),
    };
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
