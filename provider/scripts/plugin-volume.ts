/** A plugin's archive into the volume that the workers mount. */
import { open } from "node:fs/promises";
import { intoVolume } from "../../clients/docker/volume.ts";
import { ownerOptions } from "./step.ts";

/** In place of what an interrupted run left; readable for the worker's user, whatever modes the archive has. */
const unpack = "rm -rf /volume/* && tar -xzf - -o -C /volume && chmod -R a+rX /volume";

/**
 * Unpacks a `.tar.gz` into a volume.
 * @param image with sh and tar.
 * @throws Error in docker's words when the engine, the volume or the archive does not take it.
 */
export async function intoPluginVolume(volume: string, image: string, archive: string): Promise<void> {
  const source = await open(archive);
  try {
    await intoVolume(volume, image, unpack, await ownerOptions(volume), source.fd);
  } finally {
    await source.close();
  }
}
