/**
 * Run by `pulumi up` once (@pulumi/command): brings the filter of apps/connect-filter/ into the volume that the workers mount read-only.
 * CDC_FILTER_VOLUME names the volume, CDC_FILTER_IMAGE an image with sh and tar (the broker's) to unpack with.
 */
import { builtArchive } from "./build-plugin.ts";
import { filterPlugin } from "./plugin-code.ts";
import { intoPluginVolume } from "./plugin-volume.ts";
import { asStep, ownerOptions } from "./step.ts";

function say(line: string): void {
  console.error(`filter: ${line}`);
}

await asStep(async () => {
  const { CDC_FILTER_VOLUME: volume = "", CDC_FILTER_IMAGE: image = "" } = process.env;
  const archive = await builtArchive(filterPlugin, say, async () => await ownerOptions(volume));
  say(`unpacking it into ${volume}`);
  await intoPluginVolume(volume, image, archive);
});
