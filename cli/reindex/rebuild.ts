/**
 * One table's index built anew beside the serving one, which readers and the pipeline's own sink go on using until the
 * alias is switched, in one request.
 */
import type { Client } from "@opensearch-project/opensearch";
import { applyConnector } from "../../connect/connector.ts";
import { systemClock } from "../../connect/clock.ts";
import { removeConnector } from "../../connect/remove.ts";
import { awaitState } from "../../connect/status.ts";
import { deleteTopic } from "../../kafka/delete-topic.ts";
import { TopicsReader } from "../../kafka/topic.ts";
import { UserError } from "../../lib/run.ts";
import type { IndexPlan, ReadSidePlan } from "../../plan/types.ts";
import { createNextIndex, numberedIndices, putTemplate, servingIndex } from "../../search/indices.ts";
import { tableMapping } from "../../search/table-mapping.ts";
import type { OperatedStack } from "../context.ts";
import { catchUp } from "./catch-up.ts";
import { claim, requireUnclaimed } from "./claim.ts";
import { countBoth, type Counts } from "./counts.ts";
import type { Origin } from "./origin.ts";
import { rejectedIn, type Rejected } from "./rejected.ts";
import { readOnEveryShard } from "./snapshot.ts";
import { sinkOffsets, temporaryNames, temporarySink } from "./temporary-sink.ts";

export interface RebuildOptions {
  readonly from: Origin;
  /** Whether an index with fewer documents than the serving one may take its place. */
  readonly force: boolean;
  /** A line for each step. */
  readonly say: (line: string) => void;
  /** How far a step is, again and again. */
  readonly onProgress: (text: string) => void;
  readonly isInterrupted: () => boolean;
}

export interface Rebuilt {
  readonly table: string;
  readonly alias: string;
  readonly from: Origin;
  /** The index that was dropped, and the one that serves now. */
  readonly before: string;
  readonly index: string;
  /** Documents of each, right before the switch. */
  readonly counts: Counts;
  readonly rejected: Rejected;
  readonly seconds: number;
}

/** A table's rebuild, from what an earlier one left to the end. */
export class Rebuild {
  readonly #stack: OperatedStack;
  readonly #readSide: ReadSidePlan;
  readonly #index: IndexPlan;
  readonly #engine: Client;
  readonly #options: RebuildOptions;

  constructor(stack: OperatedStack, readSide: ReadSidePlan, index: IndexPlan, engine: Client, options: RebuildOptions) {
    this.#stack = stack;
    this.#readSide = readSide;
    this.#index = index;
    this.#engine = engine;
    this.#options = options;
  }

  /**
   * Rebuilds the index.
   * @throws UserError when it cannot be done, or was interrupted: the old index serves as before, and nothing is left of
   * the new one; UserError with other words when something fails between the switch and the end.
   */
  async run(): Promise<Rebuilt> {
    const began = performance.now();
    const { alias, table } = this.#index;
    const { from, say } = this.#options;
    const before = await this.#requireServing();
    await this.#removeLeftovers(before);
    let next: string;
    let counts: Counts;
    let rejected: Rejected;
    try {
      next = await this.#createNext();
      say(`${table}: ${next} is built beside ${before}, from ${from === "topics" ? "the topics" : "a snapshot"}`);
      await this.#fill(next);
      rejected = await rejectedIn(this.#stack.plan, this.#names.deadLetterTopic);
      counts = await this.#compare(before, next, rejected);
      this.#requireGoOn();
      await this.#switch(before, next);
    } catch (error) {
      await this.#tidyAfter(error, before);
      throw error;
    }
    say(`${table}: ${alias} stands for ${next} now (${counts.next} documents; ${counts.serving} before)`);
    await this.#finish(before, next);
    const seconds = (performance.now() - began) / 1000;
    return { table, alias, from, before, index: next, counts, rejected, seconds };
  }

  get #names() {
    return temporaryNames(this.#readSide, this.#index);
  }

  async #requireServing(): Promise<string> {
    const { alias, table } = this.#index;
    const serving = await servingIndex(this.#engine, alias);
    if (serving !== undefined) return serving;
    throw new UserError(
      `${table}: there is no index behind ${alias} that could serve meanwhile`,
      "make up makes it, and the sink fills it",
    );
  }

  /** Connector, group, topic and indices of a rebuild that did not come to its end, this one's or an earlier one's. */
  async #removeLeftovers(serving: string): Promise<void> {
    const { alias } = this.#index;
    const others = (await numberedIndices(this.#engine, alias)).filter((index) => index !== serving);
    await requireUnclaimed(this.#engine, alias, others);
    await this.#removeTemporary();
    for (const index of others) await this.#engine.indices.delete({ index }, { ignore: [404] });
  }

  /** The sink goes first: one that still writes would make a dropped index anew. */
  async #removeTemporary(): Promise<void> {
    const bootstrap = this.#stack.plan.kafka.hostBootstrap;
    await removeConnector(this.#stack.worker, this.#sink("", "stopped"));
    await deleteTopic(bootstrap, this.#names.deadLetterTopic);
  }

  /** As the table's columns are today. */
  async #createNext(): Promise<string> {
    const { alias } = this.#index;
    const mapping = await tableMapping(this.#index, await this.#stack.cdcPassword());
    const { refreshIntervalMs } = this.#readSide;
    await putTemplate(this.#engine, { alias, mapping, refreshIntervalMs });
    const next = await createNextIndex(this.#engine, alias, { serving: false });
    await claim(this.#engine, next);
    return next;
  }

  async #fill(next: string): Promise<void> {
    if (this.#options.from === "topics") {
      await applyConnector(this.#stack.worker, this.#sink(next, "running"));
    } else {
      await this.#startAtTheEnd(next);
      await readOnEveryShard(this.#stack, this.#index, this.#options.onProgress, this.#options.isInterrupted);
    }
    await this.#catchUp(this.#options.isInterrupted);
    this.#requireGoOn();
  }

  /** Changes from now on, and the rows as they are read from now on, are all there is to a table. */
  async #startAtTheEnd(next: string): Promise<void> {
    const { worker, plan } = this.#stack;
    const sink = this.#sink(next, "stopped");
    const reader = new TopicsReader(plan.kafka.hostBootstrap, this.#index.topics);
    try {
      await applyConnector(worker, sink);
      await worker.alterOffsets(sink.name, sinkOffsets(await reader.endOffsets()));
    } finally {
      await reader.close();
    }
    await worker.resume(sink.name);
    await awaitState(worker, { ...sink, desiredState: "running" }, systemClock);
  }

  async #catchUp(isInterrupted: () => boolean): Promise<void> {
    const { plan, worker } = this.#stack;
    const { table, topics } = this.#index;
    await catchUp({
      worker,
      sink: { bootstrap: plan.kafka.hostBootstrap, connector: this.#names.connector, topics },
      onProgress: (records) => this.#options.onProgress(`${table}: ${records.toLocaleString("en-US")} records to go`),
      isInterrupted,
    });
  }

  /** Rows that were read a moment ago are right, however many; of topics nobody knows what has gone from them. */
  async #compare(serving: string, next: string, rejected: Rejected): Promise<Counts> {
    const { from, force, isInterrupted } = this.#options;
    const counts = await countBoth(this.#engine, { serving, next }, isInterrupted);
    this.#requireGoOn();
    if (counts.next >= counts.serving || from === "snapshot" || force) return counts;
    const refused = rejected.count === 0 ? "" : `; it could not take ${rejected.count} records`;
    throw new UserError(
      `${this.#index.table}: the new index has ${counts.next} documents, the serving one ${counts.serving}${refused}`,
      "cdc reindex --from snapshot reads the rows themselves; cdc reconcile tells which of the two is right; --force switches all the same",
    );
  }

  /** One request, so that there is no moment without an index behind the alias; it fails as a whole. */
  async #switch(before: string, next: string): Promise<void> {
    const { alias } = this.#index;
    const actions = [{ remove: { index: before, alias, must_exist: true } }, { add: { index: next, alias } }];
    await this.#engine.indices.updateAliases({ body: { actions } });
  }

  /**
   * Changes that the own sink wrote to the old index until the switch reach the new one through the temporary sink; both
   * may go when it has passed them. From here on nothing is undone: the new index serves.
   */
  async #finish(before: string, next: string): Promise<void> {
    try {
      await this.#catchUp(() => false);
      await this.#removeTemporary();
      await this.#engine.indices.delete({ index: before });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(
        `${this.#index.table}: ${next} serves, but the last step failed: ${reason}`,
        `${this.#names.connector} goes on writing; cdc reindex again removes it and ${before}, cdc reconcile compares`,
        { cause: error },
      );
    }
  }

  async #tidyAfter(error: unknown, serving: string): Promise<void> {
    this.#options.say(`${this.#index.table}: ${serving} goes on serving; what was begun is removed`);
    try {
      await this.#removeLeftovers(serving);
    } catch (again) {
      const [first, second] = [error, again].map((one) => (one instanceof Error ? one.message : String(one)));
      throw new UserError(
        `${first}; and what was begun could not be removed: ${second}`,
        "cdc reindex removes it the next time",
        { cause: error },
      );
    }
  }

  #requireGoOn(): void {
    if (!this.#options.isInterrupted()) return;
    throw new UserError(`${this.#index.table}: interrupted`, "cdc reindex again: it starts from the beginning");
  }

  #sink(next: string, state: "running" | "stopped") {
    return temporarySink(this.#stack.plan, this.#readSide, this.#index, next, state);
  }
}
