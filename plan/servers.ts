/** Shards by who runs their servers. */
import type { ServerPlan, ShardPlan } from "./types.ts";

/** A shard with a server of the stack's own. */
export type OwnShard = ShardPlan & { readonly server: ServerPlan };

export function hasOwnServer(shard: ShardPlan): shard is OwnShard {
  return shard.server !== undefined;
}

/** The servers that are made for shards. */
export function ownServers(shards: readonly ShardPlan[]): ServerPlan[] {
  return shards.filter(hasOwnServer).map(({ server }) => server);
}

/** The shards whose servers somebody else runs. */
export function shardsElsewhere(shards: readonly ShardPlan[]): ShardPlan[] {
  return shards.filter((shard) => !hasOwnServer(shard));
}
