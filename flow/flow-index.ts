/** The last part of a change's way: from the topic through the sink into the index, until a search finds it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@opensearch-project/opensearch";
import { ConnectClient } from "../clients/connect/client.ts";
import { failureOf } from "../clients/connect/status.ts";
import { FlowError, text, type IndexTarget } from "./flow-target.ts";
import { nowMs } from "./now.ts";

/** When a document was there, by this process's clock; in ms since 1970, fractions included. */
export interface DocumentTimes {
  /** The engine had it: asked for by its id, which needs no refresh. */
  readonly writtenMs: number;
  /** A search found it. */
  readonly foundMs: number;
}

/** What the document has to hold. */
export interface Awaited {
  readonly token: string;
  /** The commit's time by the server, in µs since 1970; undefined where the event does not tell. */
  readonly committedUs: number | undefined;
}

/** The fields of a probe's document that are read. */
interface ProbeDocument {
  readonly token?: unknown;
  readonly cdc?: { readonly ts_us?: unknown };
}

const fields = ["token", "cdc.ts_us"];
const pollMs = 5;
const lookEveryMs = 2000;
/** An engine on this machine answers within milliseconds; one that collects garbage may take a second. */
const answerLimitMs = 5000;

/** The engine, asked for the document of one shard's probes; close it when done. */
export class IndexProbe {
  readonly #shard: string;
  readonly #target: IndexTarget;
  readonly #engine: Client;

  private constructor(shard: string, target: IndexTarget, engine: Client) {
    this.#shard = shard;
    this.#target = target;
    this.#engine = engine;
  }

  /**
   * Connects to the engine.
   * @param shard its name, for errors.
   * @throws FlowError with stage `index` when it does not answer.
   */
  static async open(shard: string, target: IndexTarget): Promise<IndexProbe> {
    // Loaded only here: a flow that ends at the topic need not wait for it.
    const { engineClient } = await import("../clients/opensearch/client.ts");
    const engine = engineClient(target.engine, { timeoutMs: answerLimitMs });
    try {
      await engine.info();
      return new IndexProbe(shard, target, engine);
    } catch (error) {
      await engine.close();
      throw new FlowError(shard, "index", text(error), { cause: error });
    }
  }

  /**
   * Waits until the engine has a probe's document, and then until a search finds it.
   * @param deadline by `performance.now()`.
   * @throws FlowError with stage `index`: why the sink does not write, or that it has not yet.
   */
  async arrival(awaited: Awaited, deadline: number): Promise<DocumentTimes> {
    const writtenMs = await this.#until(async () => isOf(await this.#byId(), awaited), deadline);
    const foundMs = await this.#until(async () => isOf(await this.#bySearch(), awaited), deadline);
    return { writtenMs, foundMs };
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }

  /** Looks at the sink meanwhile: what it has not written when it failed will not come. */
  async #until(isThere: () => Promise<boolean>, deadline: number): Promise<number> {
    let lookAt = performance.now() + lookEveryMs;
    let problem: string | undefined;
    for (;;) {
      try {
        if (await isThere()) return nowMs();
        problem = undefined;
      } catch (error) {
        // An engine that is busy or starts fails for a moment; it counts when it lasts.
        problem = text(error);
      }
      if (performance.now() > deadline) throw this.#stuck(problem ?? (await this.#sinkFailure()) ?? this.#notYet());
      if (performance.now() > lookAt) {
        const failure = await this.#sinkFailure();
        if (failure !== undefined) throw this.#stuck(failure);
        lookAt = performance.now() + lookEveryMs;
      }
      await sleep(pollMs);
    }
  }

  async #byId(): Promise<ProbeDocument | undefined> {
    const { alias: index, documentId: id } = this.#target;
    const { body } = await this.#engine.get({ index, id, _source: fields }, { ignore: [404] });
    return body.found ? (body._source as ProbeDocument) : undefined;
  }

  async #bySearch(): Promise<ProbeDocument | undefined> {
    const { alias: index, documentId } = this.#target;
    const query = { ids: { values: [documentId] } };
    const { body } = await this.#engine.search({ index, body: { query, _source: fields } });
    return body.hits.hits[0]?._source as ProbeDocument | undefined;
  }

  /** Undefined while the sink, as far as it tells, does its work. */
  async #sinkFailure(): Promise<string | undefined> {
    const { connect, sink } = this.#target;
    const status = await new ConnectClient(connect, { timeoutMs: lookEveryMs }).getStatus(sink).catch(() => null);
    if (status === null) return undefined;
    if (status === undefined) return `the sink connector ${sink} is not on the worker`;
    const { state } = status.connector;
    return state === "PAUSED" || state === "STOPPED" ? `the sink connector ${sink} is ${state}` : failureOf(status);
  }

  #notYet(): string {
    const { alias, sink, deadLetterTopic } = this.#target;
    return (
      `the event is on its topic, but not in ${alias}: the sink connector ${sink} is behind (cdc status shows by how ` +
      `much), or could not take it (${deadLetterTopic})`
    );
  }

  #stuck(message: string): FlowError {
    return new FlowError(this.#shard, "index", message);
  }
}

/** A later probe of somebody else's overwrites the token: what was committed no earlier has passed the same way. */
function isOf(document: ProbeDocument | undefined, { token, committedUs }: Awaited): boolean {
  if (document === undefined) return false;
  return document.token === token || (committedUs !== undefined && Number(document.cdc?.ts_us) >= committedUs);
}
