import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { finished } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { homedir } from "node:os";
import { join } from "node:path";

/** An error for the person who meets it: the command line prints message and remedy, without a stack trace. */
export class UserError extends Error {
  /** What to do about it. */
  readonly remedy: string;

  /** @param message what happened, to which thing; @param remedy what to do */
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** What was asked for does not exist or makes no sense. */
export class UsageError extends UserError {}

/** A part of the stack does not answer. */
export class UnreachableError extends UserError {}

/** A program that could not be started or that failed. */
export class ToolError extends UserError {
  readonly command: string;
  /** Its exit code; undefined when it was not found or was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly notFound: boolean;
  /** All that it wrote to stdout. */
  readonly stdout: string;
  /** All that it wrote to stderr. */
  readonly stderr: string;

  constructor(
    command: string,
    result: {
      notFound?: boolean;
      exitCode?: number | undefined;
      signal?: string | undefined;
      stdout?: string;
      stderr?: string;
      cause?: unknown;
    },
    remedy: string,
  ) {
    super(describe(command, result), remedy, { cause: result.cause });
    this.command = command;
    this.exitCode = result.exitCode;
    this.notFound = result.notFound ?? false;
    this.stdout = result.stdout ?? "";
    this.stderr = result.stderr ?? "";
  }
}

function describe(
  command: string,
  result: { notFound?: boolean; exitCode?: number | undefined; signal?: string | undefined; stderr?: string },
): string {
  if (result.notFound) return `${command} not found`;
  const end =
    result.exitCode === undefined
      ? `ended by ${result.signal ?? "an error"}`
      : `failed with exit code ${result.exitCode}`;
  const lastLines = (result.stderr ?? "").trimEnd().split("\n").slice(-5).join("\n");
  return `${command} ${end}${lastLines ? `: ${lastLines}` : ""}`;
}

export interface RunOptions {
  cwd?: string;
  /** Variables beside those of this process; undefined takes one away. */
  env?: Record<string, string | undefined>;
  /** Written to its stdin, which is empty otherwise. */
  input?: string;
  /** Its stdin stays open after `input`, until it ends by itself. */
  holdInput?: boolean;
  /** Its whole output is appended to this file, stdout and stderr as they come. */
  logFile?: string;
  /** Called with each line of stdout and of stderr, without the line break. */
  onLine?: (line: string) => void;
  /** After that it is killed, which counts as a failure; default: it may take as long as it likes. */
  timeoutMs?: number;
  /** What the person should do when the program is missing or fails. */
  remedy?: string;
}

/**
 * Runs a program to its end, without a shell.
 *
 * @returns its whole stdout
 * @throws {ToolError} when it is not found, fails, or is ended by a signal; the last five lines of stderr are in the message
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ stdout: string }> {
  const remedy = options.remedy ?? `Run it by hand to see more: ${[command, ...args].join(" ")}`;
  const log = options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: "a" });
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: "pipe",
    timeout: options.timeoutMs,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  try {
    const ended = new Promise<{ exitCode: number | undefined; signal: string | undefined }>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exitCode, signal) =>
        resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined }),
      );
      log?.once("error", (error) => {
        child.kill();
        reject(error);
      });
    });
    eachChunk(child.stdout, (text) => (stdout += text), log, options.onLine);
    eachChunk(child.stderr, (text) => (stderr += text), log, options.onLine);
    child.stdin.on("error", () => {}); // the program ended without reading it all: its exit code tells
    if (options.holdInput === true) child.stdin.write(options.input ?? "");
    else child.stdin.end(options.input ?? "");
    const { exitCode, signal } = await ended;
    if (exitCode !== 0) throw new ToolError(command, { exitCode, signal, stdout, stderr }, remedy);
    return { stdout };
  } catch (error) {
    if (isErrno(error, "ENOENT") && error.syscall?.startsWith("spawn")) {
      if (options.cwd !== undefined && !existsSync(options.cwd)) {
        // Node reports it in the same words as a missing program.
        throw new UserError(`cannot run ${command} in ${options.cwd}: there is no such folder`, remedy, {
          cause: error,
        });
      }
      throw new ToolError(
        command,
        { notFound: true, cause: error },
        options.remedy ?? `Install ${command} and try again.`,
      );
    }
    throw error;
  } finally {
    log?.end();
    if (log) await finished(log).catch(() => {}); // a failed write was reported above
  }
}

function eachChunk(
  stream: NodeJS.ReadableStream,
  collect: (text: string) => void,
  log: NodeJS.WritableStream | undefined,
  onLine: ((line: string) => void) | undefined,
): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    log?.write(chunk);
    const text = decoder.write(chunk);
    collect(text);
    if (!onLine) return;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (onLine && rest) onLine(rest);
  });
}

/**
 * Waits for a program that was started with streams of one's own.
 * @returns its exit code; undefined when a signal ended it.
 * @throws {ToolError} when it is not found
 */
export async function ended(child: ChildProcess, program: string): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    child.once("error", (error) =>
      reject(
        isErrno(error, "ENOENT")
          ? new ToolError(program, { notFound: true, cause: error }, `Install ${program} and try again.`)
          : error,
      ),
    );
    child.once("close", (exitCode) => resolve(exitCode ?? undefined));
  });
}

/** What an error says; of what is none, its text. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node gives an AggregateError without a message when every address of a name refuses.
  return error.message || ("code" in error ? String(error.code) : error.name);
}

/** Whether an error is a system error of this code, such as `ENOENT`. */
export function isErrno(error: unknown, code: string): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The folder, outside the checkout, for what is costly to get and can be got again: binaries, archives, jars, build logs. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env["CDC_CACHE_DIR"] || join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cdc-pipeline");
}
