/** Volumes on the engine: those of a stack, made, removed, measured, and files put into one. */
import { pipeline } from "node:stream/promises";
import { mysqlVersionLabel, shardLabel, stackLabel } from "../../lib/constants.ts";
import { UserError } from "../../lib/run.ts";
import { ask, attempt, docker, ended, isMissing, stream } from "./client.ts";
import { labelOptions, type Labels } from "./labels.ts";
import { labelField, rowsOf } from "./listing.ts";

/** A volume of a stack. */
export interface VolumeView {
  readonly name: string;
  /** Its label `cdc.mysql.version`: the server that made it; undefined when it does not tell. */
  readonly mysqlVersion: string | undefined;
  /** Its label `cdc.shard`: the shard's key; undefined on one of no shard, and on one that a former release made. */
  readonly shard: string | undefined;
}

/**
 * The volumes of a stack.
 * @param stack `PROJECT-STACK`, the value of their label.
 * @throws EngineError when the engine does not answer.
 */
export async function volumesOf(stack: string): Promise<VolumeView[]> {
  const fields = ["{{.Name}}", labelField(mysqlVersionLabel), labelField(shardLabel)];
  const filter = `label=${stackLabel}=${stack}`;
  return parseVolumes(await ask(["volume", "ls", "--filter", filter, "--format", fields.join("\t")]));
}

/** The names of all volumes, whoever's they are. @throws EngineError when the engine does not answer. */
export async function volumeNames(): Promise<string[]> {
  return rowsOf(await ask(["volume", "ls", "--format", "{{.Name}}"])).map(({ name }) => name);
}

/** Lines of name, MySQL version, shard. */
export function parseVolumes(stdout: string): VolumeView[] {
  return rowsOf(stdout).map(({ name, fields: [mysqlVersion, shard] }) => ({
    name,
    mysqlVersion: mysqlVersion || undefined,
    shard: shard || undefined,
  }));
}

/** A volume with a shard's rows. */
export interface DataVolumeView extends VolumeView {
  /** Key of the shard: its former name, or its name; its container on a volume that a former release made. */
  readonly shard: string;
}

/** Those of a stack's volumes that have shards' rows, also of shards that are planned no longer. As `volumesOf`. */
export async function dataVolumesOf(stack: string): Promise<DataVolumeView[]> {
  return (await volumesOf(stack))
    .filter(({ mysqlVersion }) => mysqlVersion !== undefined)
    .map((volume) => ({ ...volume, shard: volume.shard ?? volume.name.replace(/-data$/, "") }));
}

export async function createVolume(volume: string, labels: Labels): Promise<void> {
  await docker(["volume", "create", ...labelOptions(labels), volume]);
}

/** One that is gone is no error. */
export async function removeVolume(volume: string): Promise<void> {
  try {
    await docker(["volume", "rm", volume], {
      remedy: `docker ps --all --filter volume=${volume} shows what holds it`,
    });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Sizes in bytes by name, as the engine measures them; none when it cannot say them in time. */
export async function volumeSizes(timeoutMs: number): Promise<Map<string, number>> {
  const { ok, stdout } = await attempt(["system", "df", "--verbose", "--format", "{{json .Volumes}}"], { timeoutMs });
  if (!ok) return new Map();
  const volumes = JSON.parse(stdout) as { Name: string; Size: string }[];
  return new Map(volumes.flatMap(({ Name, Size }) => (sizeOf(Size) === undefined ? [] : [[Name, sizeOf(Size) ?? 0]])));
}

/** "203.4MB" as the engine writes it, in bytes. */
export function sizeOf(text: string): number | undefined {
  const [, number, unit] = /^([\d.]+)\s*([kMGT]?)B$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * 1000 ** ["", "k", "M", "G", "T"].indexOf(unit ?? "");
}

/**
 * Files into a volume, by a container that unpacks them, as the volume may be on another machine: runs a shell script as root,
 * with the volume at /volume and without a network.
 * @param image one with sh and tar.
 * @param options of docker beside.
 * @param input what the script reads from its standard input: a file descriptor or a stream.
 * @throws UserError when it fails; its messages are on standard error by then.
 */
export async function intoVolume(
  volume: string,
  image: string,
  script: string,
  options: readonly string[],
  input: number | NodeJS.ReadableStream,
): Promise<void> {
  const mounts = ["--network=none", "--user=0", "-v", `${volume}:/volume`];
  const args = ["run", "--rm", "-i", ...mounts, ...options, "--entrypoint=sh", image, "-c", script];
  const child = stream(args, [typeof input === "number" ? input : "pipe", "ignore", "inherit"]);
  // Where the container ends early, what feeds it has to end too; its exit code says why.
  if (typeof input !== "number" && child.stdin !== null) pipeline(input, child.stdin).catch(() => {});
  const code = await ended(child);
  if (code === 0) return;
  throw new UserError(
    `docker run … ended with exit code ${code} while it wrote to volume ${volume}`,
    "mend what it says above, then run `pulumi up` again",
  );
}
