/** One rebuild of a table at a time: a new index tells which process fills it. */
import { hostname } from "node:os";
import type { Client } from "@opensearch-project/opensearch";
import { isAlive } from "../../lib/alive.ts";
import { UserError } from "../../lib/run.ts";

/** The key in the index's `_meta`. */
const metaKey = "cdc_reindex";

/** Marks a new index as this process's. */
export async function claim(engine: Client, index: string): Promise<void> {
  await engine.indices.putMapping({ index, body: { _meta: { [metaKey]: `${hostname()}:${process.pid}` } } });
}

/**
 * Looks at the indices beside the serving one: each is what an earlier rebuild left, or the work of one that runs.
 * @throws UserError for one that another process of this machine still fills.
 */
export async function requireUnclaimed(engine: Client, alias: string, indices: readonly string[]): Promise<void> {
  for (const index of indices) {
    const { body } = await engine.indices.getMapping({ index });
    const meta = body[index]?.mappings._meta;
    const claimed = meta?.[metaKey];
    const [host, pid] = splitAtLast(typeof claimed === "string" ? claimed : "");
    if (host !== hostname() || Number(pid) === process.pid || !isAlive(Number(pid))) continue;
    throw new UserError(
      `${alias} is being rebuilt already: process ${pid} fills ${index}`,
      `wait for it, or end it (kill ${pid}), then ask again`,
    );
  }
}

function splitAtLast(text: string): [string, string] {
  const at = text.lastIndexOf(":");
  return [text.slice(0, at), text.slice(at + 1)];
}
