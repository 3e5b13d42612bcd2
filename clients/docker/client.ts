/**
 * The Docker engine through its command line, so that contexts and DOCKER_HOST count. No file outside this folder starts that
 * command; tools/rooms/rules.ts names the exceptions.
 */
import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { ended as programEnded, messageOf, run, ToolError, UnreachableError, type RunOptions } from "../../lib/run.ts";
import { isNoAccess, noAccess } from "./access.ts";

/** A local engine answers a question within a tenth of a second; a busy one may take its time. */
const answerLimitMs = 15_000;

/** The engine cannot be asked: no docker command, no access, or no answer. */
export class EngineError extends UnreachableError {
  /** What the command or the engine said, as it is. */
  readonly said: string;

  constructor(message: string, remedy: string, said: string, cause?: unknown) {
    super(message, remedy, { cause });
    this.said = said;
  }
}

/** @param said what came instead of an answer. */
export function noAnswer(said: string, cause?: unknown): EngineError {
  return isNoAccess(said)
    ? new EngineError(noAccess.message, noAccess.remedy, said, cause)
    : new EngineError(`the Docker engine did not answer: ${said}`, "start it, then see docker info", said, cause);
}

/** What an error says, for a place in a sentence that says itself that the engine does not answer. */
export function saidOf(error: unknown): string {
  return error instanceof EngineError ? error.said : messageOf(error);
}

/**
 * Runs a command of docker to its end.
 * @param options.timeoutMs default: it may take as long as it likes.
 * @returns its stdout.
 * @throws {EngineError} when the engine cannot be asked.
 * @throws {ToolError} when the engine refuses; `isMissing` tells that there is no such thing.
 */
export async function docker(args: readonly string[], options: RunOptions = {}): Promise<string> {
  try {
    return (await run("docker", args, options)).stdout;
  } catch (error) {
    throw translated(error);
  }
}

/**
 * Asks the engine something that it answers at once.
 * @param options.timeoutMs default 15 s.
 * @returns the answer: docker's stdout.
 * @throws {EngineError} for every failure but two.
 * @throws {ToolError} when there is no such thing (`isMissing`), or the container does not run (`isStopped`).
 */
export async function ask(
  args: readonly string[],
  { timeoutMs = answerLimitMs, ...options }: Pick<RunOptions, "timeoutMs" | "onLine"> = {},
): Promise<string> {
  try {
    return await docker(args, { ...options, timeoutMs });
  } catch (error) {
    if (!(error instanceof ToolError) || isMissing(error) || isStopped(error)) throw error;
    const isCutOff = error.exitCode === undefined;
    throw noAnswer(isCutOff ? `no answer within ${timeoutMs / 1000} s` : error.stderr.trim() || error.message, error);
  }
}

/** How a command went: its trimmed output, and what it, the engine or the system said. */
export interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command of which a failure is an answer too, as where there may be no engine.
 * @param options.timeoutMs after that it counts as failed, with what came until then; default 20 s.
 */
export async function attempt(
  args: readonly string[],
  { timeoutMs = 20_000, ...options }: Pick<RunOptions, "timeoutMs" | "env"> = {},
): Promise<Answer> {
  try {
    return { ok: true, stdout: (await docker(args, { ...options, timeoutMs })).trim(), stderr: "" };
  } catch (error) {
    if (!(error instanceof ToolError)) return { ok: false, stdout: "", stderr: saidOf(error) };
    return { ok: false, stdout: error.stdout.trim(), stderr: error.stderr.trim() || error.message };
  }
}

type Stdio = "pipe" | "ignore" | "inherit" | number;
type End<Where extends Stdio, Stream> = Where extends "pipe" ? Stream : null;

/**
 * Starts a command whose input or output is a stream; `ended` or `succeeded` waits for it.
 * @param stdio where its stdin, stdout and stderr are; a number is a file descriptor.
 */
export function stream<In extends Stdio, Out extends Stdio, Err extends Stdio>(
  args: readonly string[],
  stdio: readonly [In, Out, Err],
): ChildProcessByStdio<End<In, Writable>, End<Out, Readable>, End<Err, Readable>> {
  // Node's types know tuples of literals alone.
  return spawn("docker", args, { stdio: [...stdio] }) as ReturnType<typeof stream<In, Out, Err>>;
}

/**
 * @returns the exit code of a stream's command; undefined when a signal ended it.
 * @throws {EngineError} when there is no docker command.
 */
export async function ended(child: ChildProcess): Promise<number | undefined> {
  try {
    return await programEnded(child, "docker");
  } catch (error) {
    throw translated(error);
  }
}

/**
 * Waits for a stream's command, whose stderr is a pipe.
 * @param command what is said of it: `docker image build`.
 * @throws {EngineError} as `docker` does.
 * @throws {ToolError} when it fails, with what it wrote to stderr.
 */
export async function succeeded(child: ChildProcess, command: string): Promise<void> {
  let stderr = "";
  child.stderr?.on("data", (chunk) => (stderr += String(chunk)));
  const exitCode = await ended(child);
  if (exitCode !== 0) throw translated(new ToolError(command, { exitCode, stderr }, "see what it said"));
}

/** Whether a command failed because there is no such container, volume, network, image, or file in a container. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof ToolError &&
    /no such (container|volume|network|image|object|file)|network \S+ not found|image not known|could not find the file/i.test(
      error.stderr,
    )
  );
}

/** Whether a command failed because the container does not run. */
export function isStopped(error: unknown): boolean {
  return error instanceof ToolError && /is not running/i.test(error.stderr);
}

/** In the words of docker's command line, whose releases differ. */
const silence = /(?:cannot|failed to) connect to the docker (?:daemon|api)|error during connect|\bdial unix\b/i;

function translated(error: unknown): unknown {
  if (!(error instanceof ToolError)) return error;
  if (error.notFound) {
    const remedy = "install Docker, or run make up, which brings it";
    return new EngineError("the docker command is not on PATH", remedy, error.message, error);
  }
  const said = error.stderr.trim();
  return isNoAccess(said) || silence.test(said) ? noAnswer(said, error) : error;
}
