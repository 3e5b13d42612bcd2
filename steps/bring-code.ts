/**
 * Run by `pulumi up` once (@pulumi/command): brings a program's code, and the npm packages that it imports, into the
 * volume that its container mounts read-only. CDC_CODE_ENTRY names the program, CDC_CODE_VOLUME the volume and
 * CDC_CODE_IMAGE an image to unpack with.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { codeOf } from "../config/container-code.ts";
import { ended, intoVolume, StepError } from "./volume.ts";

/** In place of what an interrupted run left; readable for the container's user, whatever the umask of the checkout. */
const unpack = "rm -rf /volume/* && tar -xf - -o -C /volume && chmod -R a+rX /volume";

/** What a container never reads of a package. */
const needless = ["*.d.ts", "*.d.cts", "*.d.mts", "*.map", "*.md"];

/** GNU tar's code for a file that changed while it was read; for bsdtar any trouble is 1. */
const changedMeanwhile = 1;
const tries = 5;

async function bringCode(entry: string, volume: string, image: string): Promise<void> {
  const root = join(import.meta.dirname, "..");
  const { paths } = codeOf(entry, root);
  const excluded = needless.map((pattern) => `--exclude=${pattern}`);
  for (let left = tries; ; left -= 1) {
    const tar = spawn("tar", ["-cf", "-", ...excluded, "-C", root, ...paths], { stdio: ["ignore", "pipe", "inherit"] });
    const [code] = await Promise.all([ended(tar, "tar"), intoVolume(volume, image, unpack, tar.stdout)]);
    if (code === 0) return;
    // A new name for the same file, as another checkout's hard link is, counts as a change too: read it all once more.
    if (code === changedMeanwhile && left > 1) continue;
    throw new StepError(`tar ended with exit code ${code} while it packed the code of ${entry}`);
  }
}

try {
  const { CDC_CODE_ENTRY = "", CDC_CODE_VOLUME = "", CDC_CODE_IMAGE = "" } = process.env;
  await bringCode(CDC_CODE_ENTRY, CDC_CODE_VOLUME, CDC_CODE_IMAGE);
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
