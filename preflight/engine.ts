/** Looks at the Docker engine through its CLI, so that contexts and DOCKER_HOST count; one call for each kind of thing. */
import { run, ToolError } from "../lib/run.ts";
import { mysqlVersionLabel, stackLabel } from "../plan/constants.ts";
import type { ContainerView, EngineView, VolumeView } from "./world.ts";

const mib = 1024 ** 2;

/** A local engine answers within a tenth of a second; a busy one may take its time. */
const answerLimitMs = 10_000;

async function docker(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run("docker", args, { timeoutMs: answerLimitMs });
    return stdout;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const ended = error.exitCode === undefined && !error.notFound;
    const why = ended ? `no answer within ${answerLimitMs / 1000} s` : error.stderr.trim() || error.message;
    throw new Error(why, { cause: error });
  }
}

export async function lookAtEngine(): Promise<EngineView> {
  return parseEngine(await docker(["info", "--format", "{{json .}}"]));
}

export async function lookAtContainers(): Promise<ContainerView[]> {
  const fields = ["{{.Names}}", "{{.State}}", "{{.Ports}}", label(stackLabel), label(mysqlVersionLabel)];
  return parseContainers(await docker(["container", "ls", "--all", "--no-trunc", "--format", fields.join("\t")]));
}

export async function lookAtVolumes(stack: string): Promise<VolumeView[]> {
  const filter = `label=${stackLabel}=${stack}`;
  return parseVolumes(
    await docker(["volume", "ls", "--filter", filter, "--format", `{{.Name}}\t${label(mysqlVersionLabel)}`]),
  );
}

export async function lookForImages(references: readonly string[]): Promise<ReadonlySet<string>> {
  if (references.length === 0) return new Set();
  const filters = references.flatMap((reference) => ["--filter", `reference=${reference}`]);
  return new Set((await docker(["image", "ls", ...filters, "--format", "{{.Repository}}:{{.Tag}}"])).split("\n"));
}

function label(name: string): string {
  return `{{.Label "${name}"}}`;
}

/** @throws Error when no engine stands behind the answer: some CLIs tell that in the answer, with exit code 0. */
export function parseEngine(stdout: string): EngineView {
  const answer = parseObject(stdout);
  const errors = answer["ServerErrors"];
  if (Array.isArray(errors) && errors.length > 0) throw new Error(errors.map(String).join("; "));
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

/** A paused container, and one between two tries, hold their memory and come back without a start. */
const aliveStates: ReadonlySet<string> = new Set(["running", "paused", "restarting"]);

/** Lines of name, state, ports, stack, MySQL version; a line that has no name is passed over. */
export function parseContainers(stdout: string): ContainerView[] {
  return stdout.split("\n").flatMap((line) => {
    const [names = "", state, ports = "", stack, mysqlVersion] = line.split("\t");
    // A link of another container is a further name.
    const name = names.split(",").find((one) => one !== "" && !one.includes("/"));
    if (name === undefined) return [];
    return [
      {
        name,
        running: state !== undefined && aliveStates.has(state),
        ports: publishedPorts(ports),
        stack: stack || undefined,
        mysqlVersion: mysqlVersion || undefined,
      },
    ];
  });
}

export function parseVolumes(stdout: string): VolumeView[] {
  return stdout.split("\n").flatMap((line) => {
    const [name = "", mysqlVersion] = line.split("\t");
    return name === "" ? [] : [{ name, mysqlVersion: mysqlVersion || undefined }];
  });
}

/** The host ports in the PORTS column of `docker ps`, ranges included: "127.0.0.1:3308->3306/tcp". */
export function publishedPorts(column: string): Set<number> {
  const ports = new Set<number>();
  for (const [, first, last] of column.matchAll(/:(\d{1,5})(?:-(\d{1,5}))?->/g)) {
    const end = Math.min(Number(last ?? first), 65_535);
    for (let port = Number(first); port <= end; port++) ports.add(port);
  }
  return ports;
}
