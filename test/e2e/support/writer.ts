/** Somebody who writes all the time, whatever becomes of the pipeline; and which of the rows have arrived. */
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection, type Connection } from "mysql2/promise";
import { decode, readAll } from "./events.ts";

/** The writer's rows in products.products have ids from here on, one after the other. */
export const firstRow = 100_000;

/** Makes the writer's account. @param root a connection of root's. */
export async function letWriterIn(root: Pick<Connection, "query">): Promise<void> {
  await root.query("CREATE USER writer IDENTIFIED BY 'writer'");
  await root.query("GRANT INSERT, SELECT ON products.* TO writer");
}

/** Inserts a row every few milliseconds, whatever becomes of its connection, and each until it is in. */
export class Writer {
  #isOver = false;
  #written = 0;
  readonly #done: Promise<void>;

  /** @param port of the shard's server on this machine. */
  constructor(port: number) {
    this.#done = this.#write(port);
  }

  /** How many rows are in. */
  get written(): number {
    return this.#written;
  }

  async #write(port: number): Promise<void> {
    let connection: Connection | undefined;
    while (!this.#isOver) {
      try {
        connection ??= await connected(port);
        // One whose answer was lost is in already.
        const insert = "INSERT IGNORE INTO products.products (id, sku, name, price) VALUES (?, ?, 'w', 1)";
        await connection.query(insert, [firstRow + this.#written, `w-${this.#written}`]);
        this.#written += 1;
        await sleep(10);
      } catch {
        connection?.destroy();
        connection = undefined;
        await sleep(100);
      }
    }
    await connection?.end();
  }

  /** @returns how many rows are in. */
  async end(): Promise<number> {
    this.#isOver = true;
    await this.#done;
    return this.#written;
  }
}

async function connected(port: number): Promise<Connection> {
  const connection = await createConnection({ host: "127.0.0.1", port, user: "writer", password: "writer" });
  // What is lost is told by the next statement.
  return connection.on("error", () => {});
}

/** The writer's rows that events tell of, in the order of their arrival, and the longest time without one, in milliseconds. */
export async function arrived(bootstrap: string, shard: string): Promise<{ ids: number[]; pauseMs: number }> {
  const records = await readAll(bootstrap, `${shard}.products.products`);
  const rows = records.flatMap((record) => {
    const id = Number(decode(record)?.after?.["id"]);
    return id >= firstRow ? [{ id, at: record.timestampMs }] : [];
  });
  const pauses = rows.slice(1).map(({ at }, index) => at - (rows[index]?.at ?? at));
  return { ids: rows.map(({ id }) => id), pauseMs: Math.max(0, ...pauses) };
}
