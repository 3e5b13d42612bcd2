/** Volumes with rows of shards that are planned no longer. */
import type { DataVolumeView } from "../clients/docker/volume.ts";

/** Those of shards that are planned no longer: nobody but a person removes them. */
export function releasedVolumes(
  volumes: readonly DataVolumeView[],
  shards: readonly { readonly key: string; readonly container: string }[],
): DataVolumeView[] {
  return volumes.filter(
    (volume) => !shards.some(({ key, container }) => key === volume.shard || container === volume.shard),
  );
}
