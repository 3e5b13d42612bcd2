/** The containers of a running stack, as `docker run` would start the same ones: whatever the program gives them today. */
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { run } from "../../../lib/run.ts";
import { stackLabel } from "../../../lib/constants.ts";
import type { ContainerSpec, MountedFile, MountedVolume } from "./containers.ts";

/** A volume that the program fills before a container reads it. */
export interface FilledVolume {
  readonly volume: string;
  /** An image with tar. */
  readonly image: string;
  /** A tar archive of what is in it, on this machine. */
  readonly archive: string;
}

export interface Recorded {
  readonly containers: readonly ContainerSpec[];
  readonly filled: readonly FilledVolume[];
}

/** `docker container inspect`, as far as it is needed. */
interface Inspected {
  readonly Name: string;
  readonly Image: string;
  readonly Config: ImageConfig & {
    readonly User: string;
    readonly Hostname: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly StopTimeout?: number;
    readonly Healthcheck?: {
      readonly Test: readonly string[];
      readonly Interval?: number;
      readonly Timeout?: number;
      readonly StartPeriod?: number;
      readonly Retries?: number;
    };
  };
  readonly HostConfig: {
    readonly RestartPolicy: { readonly Name: string };
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> | null };
    readonly Memory: number;
    readonly PortBindings: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[]>> | null;
  };
  readonly Mounts: readonly { Type: string; Name?: string; Destination: string; RW: boolean }[];
}

interface ImageConfig {
  readonly Env: readonly string[] | null;
  readonly Cmd: readonly string[] | null;
  readonly Entrypoint: readonly string[] | null;
  /** Left out of an image's. */
  readonly User?: string;
}

/**
 * Records every container that carries the stack's label, and what is in the volumes that they mount read-only.
 * @param folder where the archives of the volumes are put.
 */
export async function recordStack(label: string, folder: string): Promise<Recorded> {
  const filter = `label=${stackLabel}=${label}`;
  const ids = await lines("container", "ls", "--quiet", "--filter", filter);
  const volumes = await lines("volume", "ls", "--quiet", "--filter", filter);
  const { stdout } = await run("docker", ["container", "inspect", ...ids]);
  const containers = await Promise.all(
    (JSON.parse(stdout) as Inspected[]).map(async (inspected) => await specOf(inspected, volumes)),
  );
  const filled: FilledVolume[] = [];
  for (const { image, volumes: mounted } of containers) {
    for (const { volume, readOnly } of mounted) {
      if (!readOnly || filled.some((one) => one.volume === volume)) continue;
      filled.push({ volume, image, archive: await archiveOf(volume, image, folder) });
    }
  }
  return { containers, filled };
}

async function specOf(inspected: Inspected, volumes: readonly string[]): Promise<ContainerSpec> {
  const { Config, HostConfig, Mounts } = inspected;
  const container = inspected.Name.replace(/^\//, "");
  const { stdout } = await run("docker", ["image", "inspect", "--format", "{{json .Config}}", inspected.Image]);
  const image = JSON.parse(stdout) as ImageConfig;
  const [program, ...programArguments] = Config.Entrypoint ?? [];
  const ownEntrypoint = program !== undefined && JSON.stringify(Config.Entrypoint) !== JSON.stringify(image.Entrypoint);
  return {
    container,
    image: inspected.Image,
    // The program gives both the same name.
    alias: Config.Hostname,
    options: [
      `--hostname=${Config.Hostname}`,
      ...(Config.User === (image.User ?? "") ? [] : [`--user=${Config.User}`]),
      ...(ownEntrypoint ? [`--entrypoint=${program}`] : []),
      ...(Config.Env ?? []).filter((one) => !image.Env?.includes(one)).map((one) => `--env=${one}`),
      ...Object.entries(Config.Labels).map(([name, value]) => `--label=${name}=${value}`),
      ...healthOptions(Config.Healthcheck),
      ...(HostConfig.Memory === 0 ? [] : [`--memory=${HostConfig.Memory}`, `--memory-swap=${HostConfig.Memory}`]),
      ...(Config.StopTimeout === undefined ? [] : [`--stop-timeout=${Config.StopTimeout}`]),
      `--restart=${HostConfig.RestartPolicy.Name || "no"}`,
      `--log-driver=${HostConfig.LogConfig.Type}`,
      ...Object.entries(HostConfig.LogConfig.Config ?? {}).map(([name, value]) => `--log-opt=${name}=${value}`),
    ],
    files: await uploadedFiles(container),
    volumes: Mounts.flatMap(({ Name, Destination, RW }): MountedVolume[] =>
      Name !== undefined && volumes.includes(Name) ? [{ volume: Name, path: Destination, readOnly: !RW }] : [],
    ),
    ports: Object.entries(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
      bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}:${port.replace("/tcp", "")}`),
    ),
    command: [...(ownEntrypoint ? programArguments : []), ...(Config.Cmd ?? [])],
  };
}

function healthOptions(check: Inspected["Config"]["Healthcheck"]): string[] {
  const [kind, line] = check?.Test ?? [];
  if (check === undefined || kind !== "CMD-SHELL" || line === undefined) return [];
  const times = { interval: check.Interval, timeout: check.Timeout, "start-period": check.StartPeriod };
  return [
    `--health-cmd=${line}`,
    ...Object.entries(times).flatMap(([name, nanoseconds]) =>
      nanoseconds === undefined || nanoseconds === 0 ? [] : [`--health-${name}=${nanoseconds / 1e6}ms`],
    ),
    ...(check.Retries === undefined || check.Retries === 0 ? [] : [`--health-retries=${check.Retries}`]),
  ];
}

/** Where the program puts files into containers. */
const uploadRoots = /^(\/run\/secrets|\/opt\/cdc)\//;

async function uploadedFiles(container: string): Promise<MountedFile[]> {
  const added = (await lines("container", "diff", container))
    .filter((line) => line.startsWith("A ") && uploadRoots.test(line.slice(2)))
    .map((line) => line.slice(2));
  const paths = added.filter((path) => !added.some((other) => other.startsWith(`${path}/`)));
  const read = paths.map(async (path) => {
    // A mount point is a folder that was added too.
    const script = 'test ! -f "$1" || cat "$1"';
    const { stdout } = await run("docker", ["exec", "--user=0", container, "sh", "-c", script, "sh", path]);
    return { path, content: stdout };
  });
  return (await Promise.all(read)).filter(({ content }) => content !== "");
}

async function archiveOf(volume: string, image: string, folder: string): Promise<string> {
  const archive = join(folder, `${volume}.tar`);
  const mounts = ["--network=none", "--user=0", `--volume=${volume}:/volume:ro`, "--entrypoint=tar"];
  const child = spawn("docker", ["run", "--rm", ...mounts, image, "-cf", "-", "-C", "/volume", "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await pipeline(child.stdout, createWriteStream(archive));
  return archive;
}

async function lines(...args: string[]): Promise<string[]> {
  const { stdout } = await run("docker", args);
  return stdout.split("\n").filter((line) => line !== "");
}
