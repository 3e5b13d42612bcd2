/** The Docker engine through its command line, so that contexts and DOCKER_HOST count. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { isErrno, run, ToolError } from "../lib/run.ts";
import { stackLabel } from "../plan/constants.ts";
import { UnreachableError } from "./exit.ts";

/** A local engine answers within a tenth of a second; a busy one may take its time. */
const answerLimitMs = 15_000;

export interface ContainerView {
  readonly name: string;
  /** created, running, paused, restarting, exited, dead. */
  readonly state: string;
  /** What its health check said last; undefined when it has none. */
  readonly health: "healthy" | "unhealthy" | "starting" | undefined;
  /** The engine's own words: `Up 2 minutes (healthy)`. */
  readonly status: string;
}

/**
 * The containers of a stack, running or not.
 * @param stack `PROJECT-STACK`, the value of their label.
 * @throws UnreachableError when the engine does not answer.
 */
export async function containersOf(stack: string): Promise<ContainerView[]> {
  const filter = `label=${stackLabel}=${stack}`;
  const format = "{{.Names}}\t{{.State}}\t{{.Status}}";
  return parseContainers(
    await docker(["container", "ls", "--all", "--no-trunc", "--filter", filter, "--format", format]),
  );
}

/** Lines of name, state and status, as `docker container ls` gives them. */
export function parseContainers(stdout: string): ContainerView[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", state = "", status = ""] = line.split("\t");
      const said = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(status)?.[1];
      return { name, state, health: said as ContainerView["health"], status };
    });
}

/**
 * A file in a container, which need not run.
 * @returns its text; undefined when there is no such container or file.
 */
export async function fileFrom(container: string, path: string): Promise<string | undefined> {
  try {
    return firstFileOf(await docker(["container", "cp", `${container}:${path}`, "-"]));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * The first file in a tar archive of text files, as `docker cp … -` writes it (POSIX ustar).
 * @returns undefined for an archive without a file.
 */
export function firstFileOf(archive: string): string | undefined {
  const block = 512;
  for (let at = 0; at + block <= archive.length;) {
    const size = Number.parseInt(archive.slice(at + 124, at + 136), 8);
    if (Number.isNaN(size)) return undefined;
    const type = archive[at + 156];
    if (type === "0" || type === "\0") return archive.slice(at + block, at + block + size);
    at += block + Math.ceil(size / block) * block;
  }
  return undefined;
}

/**
 * The output of a program in a running container.
 * @returns its stdout; undefined when there is no such container, it does not run, or the program finds no such file.
 */
export async function outputIn(container: string, command: readonly string[]): Promise<string | undefined> {
  try {
    return await docker(["container", "exec", container, ...command]);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Runs `docker logs` with this process's own stdout and stderr, until it ends.
 * @param args of `docker logs`: `--follow`, `--tail 10`.
 * @returns its exit code.
 */
export async function streamLogs(container: string, args: readonly string[]): Promise<number> {
  return await ended(spawn("docker", logCommand(container, args), { stdio: ["ignore", "inherit", "inherit"] }));
}

/** The same with each line as JSON on stdout: `{"time", "stream", "line"}`. */
export async function streamLogsAsJson(container: string, args: readonly string[]): Promise<number> {
  const command = logCommand(container, ["--timestamps", ...args]);
  const child = spawn("docker", command, { stdio: ["ignore", "pipe", "pipe"] });
  for (const [stream, lines] of Object.entries({ stdout: child.stdout, stderr: child.stderr })) {
    createInterface(lines).on("line", (text) => {
      const [time = ""] = text.split(" ", 1);
      console.log(JSON.stringify({ time, stream, line: text.slice(time.length + 1) }));
    });
  }
  return await ended(child);
}

function logCommand(container: string, args: readonly string[]): string[] {
  return ["container", "logs", ...args, container];
}

async function ended(child: ChildProcess): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once("error", (error) => reject(unreachable(error)));
    child.once("close", (exitCode) => resolve(exitCode ?? 0));
  });
}

async function docker(args: readonly string[]): Promise<string> {
  try {
    return (await run("docker", args, { timeoutMs: answerLimitMs })).stdout;
  } catch (error) {
    throw isMissing(error) ? error : unreachable(error);
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof ToolError && /no such (container|file)|is not running|could not find the file/i.test(error.stderr)
  );
}

function unreachable(error: unknown): Error {
  if (isErrno(error, "ENOENT") || (error instanceof ToolError && error.notFound))
    return new UnreachableError("the docker command is not on PATH", "install Docker, or run make up, which brings it");
  if (!(error instanceof ToolError)) return error instanceof Error ? error : new Error(String(error));
  const ended = error.exitCode === undefined;
  const why = ended ? `no answer within ${answerLimitMs / 1000} s` : error.stderr.trim() || error.message;
  return new UnreachableError(`the Docker engine did not answer: ${why}`, "start it, then see docker info", {
    cause: error,
  });
}
