/** What brings a table's rows into a new index: a sink connector of its own, for as long as that takes. */
import { systemClock } from "../../clients/connect/clock.ts";
import { applyConnector } from "../../clients/connect/connector.ts";
import { removeConnector } from "../../clients/connect/remove.ts";
import { awaitState } from "../../clients/connect/status.ts";
import { deleteTopic } from "../../clients/kafka/delete-topic.ts";
import { TopicsReader } from "../../clients/kafka/topic.ts";
import { UserError } from "../../lib/run.ts";
import type { IndexPlan, ReadSidePlan } from "../../plan/types.ts";
import type { OperatedStack } from "../context.ts";
import { endingOf } from "../exit.ts";
import { catchUp } from "./catch-up.ts";
import type { Origin } from "../../plan/row-origin.ts";
import { copyRejected, rejectedIn, type Rejected } from "./rejected.ts";
import { readOnEveryShard } from "./snapshot.ts";
import { sinkOffsets, temporaryNames, temporarySink, topicsOf } from "./temporary-sink.ts";
import type { KafkaEndpoint } from "../../lib/endpoint.ts";

export interface FillerOptions {
  readonly from: Origin;
  /** How far a step is, again and again. */
  readonly onProgress: (text: string) => void;
}

export class Filler {
  readonly #stack: OperatedStack;
  readonly #readSide: ReadSidePlan;
  readonly #index: IndexPlan;
  readonly #options: FillerOptions;
  /** Offset up to which dead letters of the temporary sink were kept. */
  #kept = 0n;

  constructor(stack: OperatedStack, readSide: ReadSidePlan, index: IndexPlan, options: FillerOptions) {
    this.#stack = stack;
    this.#readSide = readSide;
    this.#index = index;
    this.#options = options;
  }

  /** The sink connector's name. */
  get connector(): string {
    return temporaryNames(this.#readSide, this.#index).connector;
  }

  /**
   * Starts the sink, and has it given every row. It goes on with the changes after that.
   * @param next the new index.
   * @throws UserError when the sink does not run, or rows cannot be read.
   */
  async start(next: string, isInterrupted: () => boolean): Promise<void> {
    const isFromTopics = this.#options.from === "topics";
    await withRemedy(isFromTopics ? this.#startAtTheBeginning(next) : this.#startAtTheEnd(next));
    if (isFromTopics) return;
    await withRemedy(readOnEveryShard(this.#stack, this.#index, this.#options.onProgress, isInterrupted));
  }

  /**
   * Waits until the sink has written all that is on the table's topics now.
   * @throws UserError when it does not run, or writes nothing for long.
   */
  async catchUp(isInterrupted: () => boolean): Promise<void> {
    const { table } = this.#index;
    const topics = topicsOf(this.#index);
    await catchUp({
      worker: this.#stack.worker,
      sink: { kafka: this.#kafka, connector: this.connector, topics },
      onProgress: (records) => this.#options.onProgress(`${table}: ${records.toLocaleString("en-US")} records to go`),
      isInterrupted,
    });
  }

  /** What the sink could not take until now. */
  async rejected(): Promise<Rejected> {
    return await rejectedIn(this.#stack.plan, temporaryNames(this.#readSide, this.#index).deadLetterTopic);
  }

  /** Writes what the sink could not take, byte for byte, to the pipeline's own dead letters, each record once. */
  async keepRejected(): Promise<void> {
    const { deadLetterTopic } = temporaryNames(this.#readSide, this.#index);
    this.#kept = await copyRejected(this.#kafka, deadLetterTopic, this.#readSide.deadLetterTopic, this.#kept);
  }

  /**
   * Removes the sink with all it left, once its last request is over. What is gone already is fine.
   * @param serving the index that serves: a sink that was killed after it was put in place leaves its dead letters to it.
   */
  async remove(serving?: string): Promise<void> {
    const config = serving === undefined ? undefined : await this.#stack.worker.getConfig(this.connector);
    const isOfServing = config?.["index.name.template"]?.endsWith(serving?.slice(this.#index.alias.length) ?? "-");
    if (isOfServing === true) await this.keepRejected();
    await withRemedy(removeConnector(this.#stack.worker, this.#sink("", "stopped")));
    await deleteTopic(this.#kafka, temporaryNames(this.#readSide, this.#index).deadLetterTopic);
  }

  async #startAtTheBeginning(next: string): Promise<void> {
    await applyConnector(this.#stack.worker, this.#sink(next, "running"));
  }

  /** Changes from now on, and the rows as they are read after now, are all there is to a table. */
  async #startAtTheEnd(next: string): Promise<void> {
    const { worker } = this.#stack;
    const sink = this.#sink(next, "stopped");
    const reader = new TopicsReader(this.#kafka, topicsOf(this.#index));
    try {
      await applyConnector(worker, sink);
      await worker.alterOffsets(sink.name, sinkOffsets(await reader.endOffsets()));
    } finally {
      await reader.close();
    }
    await worker.resume(sink.name);
    await awaitState(worker, { ...sink, desiredState: "running" }, systemClock);
  }

  get #kafka(): KafkaEndpoint {
    return this.#stack.plan.kafka.endpoints.fromHost;
  }

  #sink(next: string, state: "running" | "stopped") {
    return temporarySink(this.#stack.plan, this.#readSide, this.#index, next, state);
  }
}

/** What connectors and flows are found to be is reported with what to do; what is reported so already passes as it is. */
async function withRemedy(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error) || endingOf(error) !== undefined) throw error;
    const remedy = "mend the cause (cdc status, cdc logs connect), then cdc reindex again";
    throw new UserError(error.message, remedy, { cause: error });
  }
}
