/** The engine itself. */
import { ask, noAnswer } from "./client.ts";

/** The Docker engine, as `docker info` describes it. */
export interface EngineView {
  /** Memory of the machine that the engine runs on, in MiB; undefined when it does not say. */
  readonly totalMemoryMiB: number | undefined;
  /** The folder for images and volumes, on the engine's machine. */
  readonly rootFolder: string | undefined;
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
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
