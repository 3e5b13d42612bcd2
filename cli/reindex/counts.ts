/** Documents of the serving and of the new index, compared before the one takes the other's place. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@opensearch-project/opensearch";

export interface Counts {
  readonly serving: number;
  readonly next: number;
}

/** Changes are under way to both indices, at times to one a moment earlier: a shortfall counts when it lasts. */
const rounds = 20;
const pauseMs = 500;

/**
 * Counts until the new index has no fewer documents than the serving one, or has had fewer for ten seconds.
 * All that was written until now can be searched in both after that.
 * @param isInterrupted asked in each round; once true, the last counts are returned.
 */
export async function countBoth(
  engine: Client,
  indices: { readonly serving: string; readonly next: string },
  isInterrupted: () => boolean,
): Promise<Counts> {
  let counts: Counts = { serving: 0, next: 0 };
  for (let round = 1; round <= rounds; round += 1) {
    await engine.indices.refresh({ index: [indices.serving, indices.next] });
    // One after the other: while rows are inserted the later count is larger, while they are deleted the earlier one.
    if (round % 2 === 1) counts = { serving: await count(indices.serving), next: await count(indices.next) };
    else counts = { next: await count(indices.next), serving: await count(indices.serving) };
    if (counts.next >= counts.serving || isInterrupted()) return counts;
    await sleep(pauseMs);
  }
  return counts;

  async function count(index: string): Promise<number> {
    return (await engine.count({ index })).body.count;
  }
}
