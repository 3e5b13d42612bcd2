/** Faults, and the alerts that tell of them: at Prometheus, which judges them, and at a webhook, which is told. */
import { expect } from "vitest";
import { until } from "./until.ts";
import type { Told, WebhookReceiver } from "./webhook.ts";

/** An alert that a fault is to raise. */
export interface Expected {
  readonly alert: string;
  /** Labels that it has to have; `connector` and `shard` are those of a shard's alerts. */
  readonly of?: Readonly<Record<string, string>>;
  /** Seconds from the fault until the guard can know of it, beside its look every few seconds; default 0. */
  readonly knownAfter?: number;
  /** It goes on for a while after the mend, by its rule: its end is awaited by `nothingIsLeft`. */
  readonly lasts?: true;
}

export interface Fault {
  readonly fault: string;
  readonly alerts: readonly Expected[];
  /** Alerts that belong to it, too, where it lasts for long enough. */
  readonly besides?: readonly Omit<Expected, "knownAfter" | "lasts">[];
  readonly break: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
}

/** What was measured. */
export interface Seen {
  readonly fault: string;
  readonly alert: string;
  /** Seconds that the rule and all intervals add up to. */
  readonly bound: number;
  /** Seconds from the fault to the message. */
  readonly told: number;
  /** Seconds from the mend to the message of the end; undefined while it lasts. */
  readonly endTold: number | undefined;
}

type Labels = Readonly<Record<string, string>>;

/** Metrics are read and rules judged every 15 s, and Alertmanager waits for 5 s (plan/monitoring-files.ts). */
const waysSeconds = 15 + 15 + 5;

/** A way of a message that is slow, and an alert that lasts for a quarter of an hour, come to their end within. */
const eventLimitMs = 1_500_000;

export class AlertWatch {
  readonly table: Seen[] = [];
  /** Alerts that fired and belonged to no fault of that time, `ALERT CONNECTOR`, with the faults. */
  readonly strays = new Map<string, string>();
  readonly #prometheus: string;
  readonly #webhook: WebhookReceiver;
  readonly #pulumiStack: string;
  #lasting: Expected[] = [];

  /** @param prometheus its URL. @param pulumiStack as `cdc -s` takes it. */
  constructor(prometheus: string, webhook: WebhookReceiver, pulumiStack: string) {
    this.#prometheus = prometheus;
    this.#webhook = webhook;
    this.#pulumiStack = pulumiStack;
  }

  /**
   * Makes faults that have nothing to do with each other, all at once; waits until each is told by its alerts, and no other alert
   * stays; mends each, and waits until that is told, and nothing is left.
   */
  async areTold(faults: readonly Fault[]): Promise<void> {
    const belonging = [
      ...this.#lasting,
      ...faults.flatMap(({ alerts, besides }) => [...alerts, ...(besides ?? [])] as Expected[]),
    ];
    const looks = new AbortController();
    const looking = this.#lookForStrays(belonging, faults.map(({ fault }) => fault).join("; "), looks.signal);
    try {
      const ended = await Promise.allSettled(faults.map(async (fault) => await this.#isTold(fault, belonging)));
      for (const one of ended) if (one.status === "rejected") throw one.reason;
      this.#lasting.push(...faults.flatMap(({ alerts }) => alerts.filter(({ lasts }) => lasts)));
      await this.#untilFiring("no alert is left", this.#lasting);
    } finally {
      looks.abort();
      await looking;
    }
  }

  /** Waits until the last alert has ended, those that last among them, and the webhook was told so of each that it was told of. */
  async nothingIsLeft(): Promise<void> {
    await this.#untilFiring("no alert fires", []);
    const open = async () => {
      const last = new Map(this.#webhook.told.map((one) => [JSON.stringify(one.labels), one]));
      return [...last.values()].filter(({ status }) => status === "firing").map(({ labels }) => labels);
    };
    await until("the webhook is told of every end", open, (labels) => labels.length === 0, 1000, eventLimitMs);
  }

  async #isTold({ fault, alerts, ...one }: Fault, belonging: readonly Expected[]): Promise<void> {
    const madeMs = Date.now();
    let told: Told[];
    let mendedMs: number;
    try {
      await one.break();
      told = await Promise.all(alerts.map(async (alert) => await this.#told("firing", alert, madeMs)));
      await this.#untilFiring(`nothing but what belongs to "${fault}" fires`, belonging);
    } finally {
      mendedMs = Date.now();
      await one.mend();
    }
    const seconds = (from: number, to: number) => Math.round((to - from) / 100) / 10;
    await Promise.all(
      alerts.map(async (alert, index) => {
        const end = alert.lasts ? undefined : await this.#told("resolved", alert, mendedMs);
        this.table.push({
          fault,
          alert: alert.alert,
          bound: await this.#boundOf(alert),
          told: seconds(madeMs, told[index]!.atMs),
          endTold: end === undefined ? undefined : seconds(mendedMs, end.atMs),
        });
      }),
    );
  }

  /** Waits until the webhook has it. */
  async #told(status: Told["status"], expected: Expected, sinceMs: number): Promise<Told> {
    const found = await until(
      `the webhook is told that ${expected.alert} ${JSON.stringify(expected.of ?? {})} is ${status}`,
      async () =>
        this.#webhook.told.find(
          ({ labels, atMs, ...one }) => one.status === status && isOf(labels, expected) && atMs >= sinceMs,
        ),
      Boolean,
      200,
      eventLimitMs,
    );
    expect(found?.annotations["command"]).toContain(`cdc -s ${this.#pulumiStack} `);
    return found!;
  }

  /** @param allowed what may fire. */
  async #untilFiring(what: string, allowed: readonly Expected[]): Promise<void> {
    const others = async () => (await this.#firing()).filter((labels) => !allowed.some((one) => isOf(labels, one)));
    await until(what, others, (labels) => labels.length === 0, 1000, eventLimitMs);
  }

  async #lookForStrays(belonging: readonly Expected[], faults: string, signal: AbortSignal): Promise<void> {
    await until(
      "the faults are over",
      async () => {
        const firing = await this.#firing().catch(() => []);
        for (const labels of firing) {
          if (belonging.some((one) => isOf(labels, one))) continue;
          this.strays.set(`${labels["alertname"]} ${labels["connector"] ?? ""}`.trim(), faults);
        }
        return signal.aborted;
      },
      Boolean,
      1000,
      Infinity,
    );
  }

  async #firing(): Promise<Labels[]> {
    const { alerts } = await this.#ask<{ alerts: { labels: Labels; state: string }[] }>("alerts");
    return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels);
  }

  /** Seconds; the time of the rule is asked of the Prometheus that judges it. */
  async #boundOf({ alert, knownAfter = 0 }: Expected): Promise<number> {
    const { groups } = await this.#ask<{ groups: { rules: { name: string; duration: number }[] }[] }>("rules");
    const rule = groups.flatMap(({ rules }) => rules).find(({ name }) => name === alert);
    if (rule === undefined) throw new Error(`Prometheus has no rule ${alert}`);
    return knownAfter + rule.duration + waysSeconds;
  }

  async #ask<T>(what: "alerts" | "rules"): Promise<T> {
    const answer = await fetch(`${this.#prometheus}/api/v1/${what}`);
    return ((await answer.json()) as { data: T }).data;
  }
}

function isOf(labels: Labels, { alert, of = {} }: Pick<Expected, "alert" | "of">): boolean {
  return labels["alertname"] === alert && Object.entries(of).every(([key, value]) => labels[key] === value);
}
