/**
 * Run by `pulumi up` once (@pulumi/command): brings a program's code, and the npm packages that it imports, into the
 * volume that its container mounts read-only. CDC_CODE_ENTRY names the program, CDC_CODE_VOLUME the volume and
 * CDC_CODE_IMAGE an image to unpack with.
 */
import { spawn } from "node:child_process";
import { codeOf } from "./container-code.ts";
import { asStep, ownerOptions, StepError } from "./step.ts";
import { intoVolume } from "../../clients/docker/volume.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { ended } from "../../lib/run.ts";

/** In place of what an interrupted run left; readable for the container's user, whatever the umask of the checkout. */
const unpack = "rm -rf /volume/* && tar -xf - -o -C /volume && chmod -R a+rX /volume";

/** What a container never reads of a package. */
const needless = ["*.d.ts", "*.d.cts", "*.d.mts", "*.map", "*.md"];

/** GNU tar's code for a file that changed while it was read; for bsdtar any trouble is 1. */
const changedMeanwhile = 1;
const tries = 5;

async function bringCode(entry: string, volume: string, image: string): Promise<void> {
  const { paths } = codeOf(entry);
  const excluded = needless.map((pattern) => `--exclude=${pattern}`);
  const options = await ownerOptions(volume);
  for (let left = tries; ; left -= 1) {
    const tar = spawn("tar", ["-cf", "-", ...excluded, "-C", checkoutFolder, ...paths], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [code] = await Promise.all([ended(tar, "tar"), intoVolume(volume, image, unpack, options, tar.stdout)]);
    if (code === 0) return;
    // A new name for the same file, as another checkout's hard link is, counts as a change too: read it all once more.
    if (code === changedMeanwhile && left > 1) continue;
    throw new StepError(`tar ended with exit code ${code} while it packed the code of ${entry}`);
  }
}

await asStep(async () => {
  const { CDC_CODE_ENTRY = "", CDC_CODE_VOLUME = "", CDC_CODE_IMAGE = "" } = process.env;
  await bringCode(CDC_CODE_ENTRY, CDC_CODE_VOLUME, CDC_CODE_IMAGE);
});
