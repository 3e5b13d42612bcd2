/**
 * Run by `pulumi up` once (@pulumi/command): brings the sink's plugin into the volume that the workers mount read-only.
 * CDC_SINK_VOLUME names the volume, CDC_SINK_IMAGE an image with sh and tar (the broker's) to unpack with.
 * The plugin is built from apps/sink/, unless CDC_SINK_ARCHIVE names a .tar.gz in the checkout, with CDC_SINK_SHA256.
 */
import { join } from "node:path";
import { sha256Of } from "../../lib/checksums.ts";
import { isErrno } from "../../lib/run.ts";
import { builtArchive } from "./build-plugin.ts";
import { intoPluginVolume } from "./plugin-volume.ts";
import { sinkPlugin } from "./plugin-code.ts";
import { asStep, ownerOptions, StepError } from "./step.ts";
import { checkoutFolder } from "../../lib/checkout.ts";

async function bringSink(volume: string, image: string, configured: string, sha256: string): Promise<void> {
  const archive =
    configured === ""
      ? await builtArchive(sinkPlugin, say, async () => await ownerOptions(volume))
      : await configuredArchive(configured, sha256);
  say(`unpacking it into ${volume}`);
  await intoPluginVolume(volume, image, archive);
}

/** @throws StepError when it is not there, or another than the configuration pins. */
async function configuredArchive(file: string, sha256: string): Promise<string> {
  const archive = join(checkoutFolder, file);
  const actual = await sha256Of(archive).catch((error: unknown) => {
    if (!isErrno(error, "ENOENT")) throw error;
    throw new StepError(
      `cdc:readSide.sink.plugin.archive: there is no ${file} in the checkout\nput the plugin's .tar.gz there, then run \`pulumi up\` again`,
    );
  });
  if (actual !== sha256) {
    throw new StepError(
      `cdc:readSide.sink.plugin: ${file} has sha256 ${actual}, the configuration says ${sha256}; nothing was installed\n` +
        "when the file is the right one, correct sha256, then run `pulumi up` again",
    );
  }
  return archive;
}

function say(line: string): void {
  console.error(`sink: ${line}`);
}

await asStep(async () => {
  const { CDC_SINK_VOLUME, CDC_SINK_IMAGE, CDC_SINK_ARCHIVE, CDC_SINK_SHA256 } = process.env;
  await bringSink(CDC_SINK_VOLUME ?? "", CDC_SINK_IMAGE ?? "", CDC_SINK_ARCHIVE ?? "", CDC_SINK_SHA256 ?? "");
});
