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

async function bringCode(entry: string, volume: string, image: string): Promise<void> {
  const root = join(import.meta.dirname, "..");
  const tar = spawn("tar", ["-cf", "-", "-C", root, ...codeOf(entry, root).paths], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [code] = await Promise.all([ended(tar, "tar"), intoVolume(volume, image, unpack, tar.stdout)]);
  if (code !== 0) throw new StepError(`tar ended with exit code ${code} while it packed the code of ${entry}`);
}

try {
  const { CDC_CODE_ENTRY = "", CDC_CODE_VOLUME = "", CDC_CODE_IMAGE = "" } = process.env;
  await bringCode(CDC_CODE_ENTRY, CDC_CODE_VOLUME, CDC_CODE_IMAGE);
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
