/** Where the rows of a new index come from. Pure. */
import type { IndexPlan, PipelinePlan } from "./types.ts";

/** The table's topics from their beginning, or its rows, read anew on every shard. */
export type Origin = "topics" | "snapshot";

/**
 * What holds every row: topics that are compacted, and only that, keep the last change of each key for ever; from others
 * the oldest rows have gone.
 */
export function originOf(plan: Pick<PipelinePlan, "shards" | "sharedTopics">, { topics }: IndexPlan): Origin {
  const all = [...plan.shards.flatMap((shard) => shard.topics), ...plan.sharedTopics];
  const isKept = (topic: string) =>
    all.find(({ name }) => name === topic)?.config["cleanup.policy"]?.trim() === "compact";
  return topics.every(isKept) ? "topics" : "snapshot";
}

/** An index, and what holds every row of its table. */
export interface IndexRows {
  /** `DATABASE.TABLE`. */
  readonly table: string;
  readonly rows: Origin;
}

/** What brings indices back that somebody deleted, with their rows. */
export function indexAgain(missing: readonly IndexRows[]): string {
  const [it, its] = missing.length > 1 ? ["them", "their"] : ["it", "its"];
  const again = `pulumi up makes ${it} again, and the sink fills ${it} from ${its} topics`;
  const reindex = missing.filter(({ rows }) => rows === "snapshot").map(({ table }) => `cdc reindex --table ${table}`);
  return reindex.length === 0 ? again : `${again}; older rows may have gone from these: then ${reindex.join(", ")}`;
}
