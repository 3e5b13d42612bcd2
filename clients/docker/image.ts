/** Images on the engine: which are there, pulled, built. */
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { messageOf } from "../../lib/run.ts";
import { ask, ended, isMissing, stream, succeeded } from "./client.ts";
import { archiveOf } from "./files.ts";

/** The id of an image, by reference or id; undefined when it is not there. @throws EngineError when the engine does not answer. */
export async function imageIdOf(reference: string): Promise<string | undefined> {
  try {
    return (await ask(["image", "inspect", "--format", "{{.Id}}", reference])).trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Those of the references that the engine has, however they are spelled (`docker.io/library/mysql:9.7`, by digest).
 * @throws EngineError when the engine does not answer.
 */
export async function lookForImages(references: readonly string[]): Promise<ReadonlySet<string>> {
  if (references.length === 0) return new Set();
  const filters = references.flatMap((reference) => ["--filter", `reference=${reference}`]);
  const listed = await ask(["image", "ls", ...filters, "--format", "{{.Repository}}:{{.Tag}}"]);
  const names = new Set(listed.split("\n"));
  const others = references.filter((reference) => !names.has(reference));
  const found = await Promise.all(others.map(imageIdOf));
  const missing = new Set(others.filter((_, index) => found[index] === undefined));
  return new Set(references.filter((reference) => !missing.has(reference)));
}

/** How long a pull may take to show the first layer; a registry that is out of reach shows none. */
const firstLayerLimitMs = 20_000;

/** Pulls; gives up early when no layer is announced. @returns undefined on success, else why not. */
export async function pull(image: string): Promise<string | undefined> {
  const child = stream(["pull", image], ["ignore", "pipe", "pipe"]);
  let last = "";
  let silent = false;
  const timer = setTimeout(() => {
    silent = true;
    child.kill();
  }, firstLayerLimitMs);
  createInterface(child.stdout).on("line", (line) => {
    if (/^[0-9a-f]{12}: /.test(line)) clearTimeout(timer);
  });
  createInterface(child.stderr).on("line", (line) => (last = line));
  try {
    if ((await ended(child)) === 0) return undefined;
    return silent ? `no answer within ${firstLayerLimitMs / 1000} s` : shortened(last);
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/** The last part of an engine's message, which names the cause; enough for one line. */
function shortened(message: string): string {
  const cause = message.split(": ").at(-1) ?? "";
  return cause === "" ? "the pull failed" : cause.slice(0, 100);
}

/**
 * Builds with a folder of a container as context, which never touches this machine's disk.
 * @param options of `docker image build`: tag, labels, arguments.
 * @throws ToolError with what it said.
 */
export async function buildFrom(container: string, path: string, options: readonly string[]): Promise<void> {
  const copy = archiveOf(container, path);
  const made = stream(["image", "build", "--quiet", ...options, "-"], ["pipe", "ignore", "pipe"]);
  // A build that ends early says why by its exit code, and not by the broken pipe.
  const piped = pipeline(copy.stdout, made.stdin).catch(() => {});
  await Promise.all([succeeded(copy, "docker container cp"), succeeded(made, "docker image build"), piped]);
}
