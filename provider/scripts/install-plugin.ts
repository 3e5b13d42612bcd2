/**
 * Run by `pulumi up` once (@pulumi/command): brings the Debezium plugin into the volume that the worker mounts read-only.
 * CDC_PLUGIN_VOLUME names the volume, CDC_PLUGIN_IMAGE an image with sh, tar and sha256sum (the broker's) to unpack with,
 * CDC_DEBEZIUM_VERSION a release of plan/releases.ts (the default one when it is not set).
 * The archive comes from Maven and is kept in the cache; where there is no Maven, out of Debezium's own Connect image.
 */
import { randomUUID } from "node:crypto";
import { access, mkdir, mkdtemp, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { sha256Of } from "../../lib/checksums.ts";
import { docker, succeeded } from "../../clients/docker/client.ts";
import { archiveOf } from "../../clients/docker/files.ts";
import { intoVolume } from "../../clients/docker/volume.ts";
import { cacheDir, messageOf, run, ToolError } from "../../lib/run.ts";
import { findRelease, pluginOf } from "../../plan/releases.ts";
import { debeziumVersion } from "../../lib/versions.ts";
import { asStep, ownerOptions, StepError } from "./step.ts";

const artifactsFolder = join(cacheDir(), "artifacts");

type Plugin = ReturnType<typeof pluginOf>;

async function bringPlugin(version: string, volume: string, image: string): Promise<void> {
  const release = findRelease(version);
  if (release === undefined) {
    throw new StepError(
      `CDC_DEBEZIUM_VERSION: Debezium ${version} is not one of plan/releases.ts; nothing was installed`,
    );
  }
  const plugin = pluginOf(release);
  const archive = join(artifactsFolder, plugin.archive);
  if (await isAtHand(archive, plugin)) {
    say(`unpacking ${plugin.archive} into ${volume}`);
    const source = await open(archive);
    await intoVolume(volume, image, unpack(plugin, "-xzf"), await ownerOptions(volume), source.fd);
    await source.close();
  } else {
    await copyFromImage(volume, image, plugin);
  }
  await verify(volume, image, plugin);
}

/** True when the archive is in the cache, from before or brought by Maven now; false when there is no Maven. */
async function isAtHand(archive: string, plugin: Plugin): Promise<boolean> {
  if (await isWhole(archive, plugin)) return true;
  if (!(await succeeds("mvn", ["--version"]))) return false;
  await download(archive, plugin);
  return true;
}

/** True when the file is there and its checksum is the pinned one. */
async function isWhole(file: string, plugin: Plugin): Promise<boolean> {
  try {
    await access(file);
  } catch {
    return false;
  }
  return (await sha256Of(file)) === plugin.archiveSha256;
}

async function download(archive: string, plugin: Plugin): Promise<void> {
  say(`fetching ${plugin.artifact} with mvn`);
  await mkdir(artifactsFolder, { recursive: true });
  const staging = await mkdtemp(join(artifactsFolder, "staging-"));
  try {
    const args = ["-q", "-B", "dependency:copy", `-Dartifact=${plugin.artifact}`, `-DoutputDirectory=${staging}`];
    // In the staging folder, so that mvn meets no pom.xml of somebody else's.
    await run("mvn", args, { cwd: staging }).catch((error: unknown) => {
      throw new StepError(
        `mvn could not bring ${plugin.artifact}: ${lastLine(error)}\ncheck Maven's settings and network, then run \`pulumi up\` again`,
      );
    });
    const fetched = join(staging, plugin.archive);
    if (!(await isWhole(fetched, plugin))) {
      throw new StepError(
        `${plugin.archive} from mvn has another checksum than ${plugin.archiveSha256}; nothing was installed. ` +
          "Remove it from the local Maven repository and run `pulumi up` again",
      );
    }
    await rename(fetched, archive);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function copyFromImage(volume: string, image: string, plugin: Plugin): Promise<void> {
  say(`mvn is not here; copying the plugin out of ${plugin.image}`);
  const options = await ownerOptions(volume);
  const container = `cdc-plugin-source-${randomUUID()}`;
  await docker(["create", ...options, "--name", container, plugin.image]).catch((error: unknown) => {
    throw new StepError(
      `the Debezium plugin cannot be brought: mvn is not on PATH, and ${plugin.image} cannot be pulled (${lastLine(error)})\n` +
        "install Maven (`apt-get install maven`), then run `pulumi up` again",
    );
  });
  try {
    const copy = archiveOf(container, plugin.imageFolder);
    await Promise.all([
      succeeded(copy, "docker container cp"),
      intoVolume(volume, image, unpack(plugin, "-xf"), options, copy.stdout),
    ]);
  } finally {
    await docker(["rm", "--volumes", container]);
  }
}

/** The volume is what the worker will load: its jar is checked there, whichever way it came. */
async function verify(volume: string, image: string, plugin: Plugin): Promise<void> {
  const jar = `/plugins/${plugin.folder}/${plugin.jar}`;
  const options = ["--network=none", "-v", `${volume}:/plugins:ro`, ...(await ownerOptions(volume))];
  const args = ["run", "--rm", ...options, "--entrypoint=sha256sum", image, jar];
  const sums = await docker(args).catch((error: unknown) => {
    throw new StepError(`${jar} is missing in volume ${volume}: ${lastLine(error)}`);
  });
  if (!sums.startsWith(plugin.jarSha256)) {
    throw new StepError(
      `${plugin.jar} in volume ${volume} has another checksum than ${plugin.jarSha256}; it will not be used`,
    );
  }
}

/** Unpacks standard input in place of what the volume holds: jars of two releases in one folder would be one broken plugin. */
function unpack(plugin: Plugin, flags: "-xzf" | "-xf"): string {
  // -o: not the archive's owner; BusyBox, of Alpine images, knows no long name for it.
  return `rm -rf /volume/${plugin.folder} && exec tar ${flags} - -o -C /volume`;
}

async function succeeds(program: string, args: string[]): Promise<boolean> {
  return await run(program, args).then(
    () => true,
    () => false,
  );
}

function lastLine(error: unknown): string {
  if (!(error instanceof ToolError)) return messageOf(error);
  const lines = `${error.stdout}\n${error.stderr}`.trim().split("\n");
  return lines.findLast((line) => /error|denied|not found|refused/i.test(line)) ?? lines.at(-1) ?? error.message;
}

function say(line: string): void {
  console.error(`plugin: ${line}`);
}

await asStep(async () => {
  await bringPlugin(
    process.env["CDC_DEBEZIUM_VERSION"] ?? debeziumVersion,
    process.env["CDC_PLUGIN_VOLUME"] ?? "",
    process.env["CDC_PLUGIN_IMAGE"] ?? "",
  );
});
