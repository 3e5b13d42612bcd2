/**
 * Run by `pulumi up` once (@pulumi/command): brings the guard's code, and the npm packages that it imports, into the
 * volume that its container mounts read-only. CDC_GUARD_VOLUME names the volume, CDC_GUARD_IMAGE an image to unpack with.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { guardCode } from "../config/guard-code.ts";
import { ended, intoVolume, StepError } from "./volume.ts";

/** In place of what an interrupted run left; readable for the guard's user, whatever the umask of the checkout. */
const unpack = "rm -rf /volume/* && tar -xf - -o -C /volume && chmod -R a+rX /volume";

async function bringGuard(volume: string, image: string): Promise<void> {
  const root = join(import.meta.dirname, "..");
  const tar = spawn("tar", ["-cf", "-", "-C", root, ...guardCode(root).paths], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [code] = await Promise.all([ended(tar, "tar"), intoVolume(volume, image, unpack, tar.stdout)]);
  if (code !== 0) throw new StepError(`tar ended with exit code ${code} while it packed the guard's code`);
}

try {
  await bringGuard(process.env["CDC_GUARD_VOLUME"] ?? "", process.env["CDC_GUARD_IMAGE"] ?? "");
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
