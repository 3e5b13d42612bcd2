/** Debezium's plugin as it was fetched: the archives in the cache, and folders unpacked from them. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, run } from "../../../lib/run.ts";
import { findRelease, pluginOf } from "../../../plan/releases.ts";
import type { PipelinePlan } from "../../../plan/types.ts";
import type { FilledVolume } from "./record.ts";

/** The plan's plugin volumes with the archives that fill them; `make up` has put them into the cache. */
export function pluginVolumes(plan: PipelinePlan, image: string): FilledVolume[] {
  return plan.connect.plugins.map(({ version, volume }) => ({ volume, image, archive: archiveOf(version) }));
}

/** Unpacks every version into a folder of its own under `folder`. */
export async function unpackPlugins(plan: PipelinePlan, folder: string): Promise<void> {
  for (const { version } of plan.connect.plugins) {
    await mkdir(join(folder, version), { recursive: true });
    await run("tar", ["-xzf", archiveOf(version), "-C", join(folder, version)]);
  }
}

function archiveOf(version: string): string {
  const release = findRelease(version);
  if (release === undefined) throw new Error(`Debezium ${version} is not one of plan/releases.ts`);
  return join(cacheDir(), "artifacts", pluginOf(release).archive);
}
