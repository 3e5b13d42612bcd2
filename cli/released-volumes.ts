/** Volumes with rows of shards that are planned no longer. */
import type { ShardPlan } from "../plan/types.ts";
import type { DataVolumeView } from "../clients/docker/volume.ts";

/** Those of shards that are planned no longer: nobody but a person removes them. */
export function releasedVolumes(
  volumes: readonly DataVolumeView[],
  shards: readonly Pick<ShardPlan, "key" | "server">[],
): DataVolumeView[] {
  return volumes.filter(
    (volume) =>
      !shards.some(({ key, server }) => server !== undefined && [key, server.container].includes(volume.shard)),
  );
}
