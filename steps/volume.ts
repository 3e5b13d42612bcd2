/** Files into a volume of the engine, by a container that unpacks them: the volume may be on another machine. */
import { spawn, type ChildProcess } from "node:child_process";
import { pipeline } from "node:stream/promises";

/** What the person meets, without a stack trace. */
export class StepError extends Error {}

/**
 * Waits for a program that was started.
 * @returns its exit code; null when a signal ended it.
 * @throws StepError when it could not be started.
 */
export async function ended(child: ChildProcess, program: string): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new StepError(`${program} cannot be started: ${error.message}`)));
    child.once("close", resolve);
  });
}

/**
 * Runs a shell script as root in a container, with the volume at /volume and without a network.
 * @param image one with sh and tar.
 * @param input what the script reads from its standard input: a file descriptor or a stream.
 * @throws StepError when it fails; its messages are on standard error by then.
 */
export async function intoVolume(
  volume: string,
  image: string,
  script: string,
  input: number | NodeJS.ReadableStream,
): Promise<void> {
  const mounts = ["--network=none", "--user=0", "-v", `${volume}:/volume`];
  const args = ["run", "--rm", "-i", ...mounts, "--entrypoint=sh", image, "-c", script];
  const child = spawn("docker", args, { stdio: [typeof input === "number" ? input : "pipe", "ignore", "inherit"] });
  // Where the container ends early, what feeds it has to end too; its exit code says why.
  if (typeof input !== "number" && child.stdin !== null) pipeline(input, child.stdin).catch(() => {});
  const code = await ended(child, "docker");
  if (code !== 0) throw new StepError(`docker run … ended with exit code ${code} while it wrote to volume ${volume}`);
}
