/** Rows that are written without pause, and when each was committed and came to the index: known without asking `cdc`. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";

/** One row; times in ms since 1970. */
export interface Row {
  readonly shard: string;
  readonly id: number;
  /** When its commit was confirmed. */
  readonly committedAt: number;
  /** Until when the index was seen not to have it; undefined before the first look. */
  absentAt?: number;
  /** When the index was first seen to have it. */
  arrivedAt?: number;
}

const everyMs = 1000;
const answerLimitMs = 3000;

/**
 * Writes a row a second through a client inside the server's container, so that a network that is cut does not stop it; nor
 * does a server that ends: it begins again with the next one. A row whose commit was not confirmed does not count.
 */
export class RowWriter {
  readonly rows: Row[] = [];
  readonly #shard: string;
  readonly #command: readonly string[];
  readonly #end = new AbortController();
  readonly #work: Promise<void>;
  #client: ChildProcessWithoutNullStreams | undefined;
  /** The row whose confirmation is waited for. */
  #asked: number | undefined;
  #next: number;

  /** @param firstId of the shard's rows; no other row has it or one after it. */
  constructor(shard: string, container: string, rootPassword: string, firstId: number) {
    this.#shard = shard;
    this.#next = firstId;
    this.#command = ["exec", "-i", "-e", `MYSQL_PWD=${rootPassword}`, container, "mysql", "-uroot", "-nBN"];
    this.#work = this.#run();
  }

  /** Ends the client, by its handle. */
  async close(): Promise<void> {
    this.#end.abort();
    this.#client?.kill("SIGKILL");
    await this.#work;
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      if (this.#asked === undefined) this.#write();
      await setTimeout(everyMs, undefined, { signal: this.#end.signal }).catch(() => {}); // its end
    }
  }

  #write(): void {
    this.#client ??= this.#connect();
    this.#asked = this.#next;
    this.#next += 1;
    this.#client.stdin.write(
      `INSERT INTO products.products (id, sku, name, price) VALUES (${this.#asked}, 'truth-${this.#asked}', 'truth', 1);` +
        `SELECT ${this.#asked};\n`,
    );
  }

  #connect(): ChildProcessWithoutNullStreams {
    const client = spawn("docker", this.#command, { stdio: "pipe" });
    createInterface(client.stdout).on("line", (line) => {
      if (Number(line) !== this.#asked) return;
      this.rows.push({ shard: this.#shard, id: this.#asked, committedAt: Date.now() });
      this.#asked = undefined;
    });
    client.stderr.resume();
    // A client that has ended takes nothing more; the next row begins with another one.
    client.stdin.on("error", () => {});
    client.once("close", () => {
      this.#client = undefined;
      this.#asked = undefined;
    });
    return client;
  }
}

/** Looks every half second which of the rows the index has. */
export class Arrivals {
  /** While the test itself keeps everybody from the engine, nothing arrives, and nobody can look. */
  isEngineAway = false;
  readonly #rows: () => readonly Row[];
  readonly #url: string;
  readonly #end = new AbortController();
  readonly #work: Promise<void>;

  /** @param url of the index, by its alias. @param rows all that are to come. */
  constructor(url: string, rows: () => readonly Row[]) {
    this.#url = url;
    this.#rows = rows;
    this.#work = this.#run();
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      await this.#look();
      await setTimeout(500, undefined, { signal: this.#end.signal }).catch(() => {}); // its end
    }
  }

  async #look(): Promise<void> {
    const waiting = this.#rows().filter(({ arrivedAt }) => arrivedAt === undefined);
    if (waiting.length === 0) return;
    const [startedAt, wasAway] = [Date.now(), this.isEngineAway];
    const found = await this.#found(waiting);
    const endedAt = Date.now();
    for (const [at, row] of waiting.entries()) {
      if (found?.[at] === true) row.arrivedAt = endedAt;
      else if (found !== undefined || (wasAway && this.isEngineAway)) row.absentAt = startedAt;
    }
  }

  /** By each row whether it is there; undefined when the engine does not tell. */
  async #found(rows: readonly Row[]): Promise<boolean[] | undefined> {
    // A timer that nobody can forget: an engine that is cut off leaves a connection that answers nothing, and is not closed.
    const limit = new AbortController();
    const timer = globalThis.setTimeout(() => limit.abort(), answerLimitMs);
    const ids = rows.map(({ shard, id }) => `${shard}:${id}`);
    try {
      const response = await fetch(`${this.#url}/_mget?_source=false`, {
        method: "POST",
        body: JSON.stringify({ ids }),
        headers: { "content-type": "application/json" },
        signal: limit.signal,
      });
      if (!response.ok) return undefined;
      const { docs } = (await response.json()) as { docs: { found: boolean }[] };
      return docs.map(({ found }) => found);
    } catch {
      return undefined; // it is away, which says nothing of the rows
    } finally {
      clearTimeout(timer);
    }
  }
}
