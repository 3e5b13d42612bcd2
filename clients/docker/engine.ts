/** The engine itself. */
import { ask, noAnswer } from "./client.ts";
import { firstClosedMajor } from "./segment.ts";

/** The Docker engine, as `docker info` describes it. */
export interface EngineView {
  /** Memory of the machine that the engine runs on, in MiB; undefined when it does not say. */
  readonly totalMemoryMiB: number | undefined;
  /** The folder for images and volumes, on the engine's machine. */
  readonly rootFolder: string | undefined;
  /** Its version, where what it publishes on 127.0.0.1 can be reached from the machine's network segment (segment.ts); else undefined. */
  readonly opensToSegment: string | undefined;
}

const mib = 1024 ** 2;

/** @throws EngineError with what the engine said, or that it said nothing in time. */
export async function lookAtEngine(): Promise<EngineView> {
  return parseEngine(await ask(["info", "--format", "{{json .}}"]));
}

/** @throws EngineError when no engine stands behind the answer: some CLIs tell that in the answer, with exit code 0. */
export function parseEngine(stdout: string): EngineView {
  const answer = parseObject(stdout);
  const errors = answer["ServerErrors"];
  if (Array.isArray(errors) && errors.length > 0) throw noAnswer(errors.map(String).join("; "));
  const memory = answer["MemTotal"];
  const folder = answer["DockerRootDir"];
  return {
    totalMemoryMiB: typeof memory === "number" && memory >= mib ? memory / mib : undefined,
    rootFolder: typeof folder === "string" && folder !== "" ? folder : undefined,
    opensToSegment: opensToSegment(answer),
  };
}

function opensToSegment({
  ServerVersion,
  OperatingSystem,
  SecurityOptions,
}: Record<string, unknown>): string | undefined {
  const version = typeof ServerVersion === "string" ? ServerVersion : "";
  const major = /^(\d+)\./.exec(version)?.[1];
  // A virtual machine's network, and that of an engine without root, is no part of the segment.
  const isApart =
    /Docker Desktop/i.test(typeof OperatingSystem === "string" ? OperatingSystem : "") ||
    JSON.stringify(SecurityOptions ?? []).includes("name=rootless");
  return major === undefined || Number(major) >= firstClosedMajor || isApart ? undefined : version;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
