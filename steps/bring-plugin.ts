/**
 * Run by `pulumi up` once (@pulumi/command): brings the Debezium plugin into the volume that the worker mounts read-only.
 * CDC_PLUGIN_VOLUME names the volume, CDC_PLUGIN_IMAGE an image with tar and sha256sum (the broker's) to unpack with.
 * The archive comes from Maven and is kept in the cache; where there is no Maven, out of Debezium's own Connect image.
 */
import { execFile, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, mkdtemp, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDir } from "../toolchain/run.ts";
import { debezium } from "./debezium.ts";

const artifactsFolder = join(cacheDir(), "artifacts");
const execFileAsync = promisify(execFile);

/** What the person meets, without a stack trace. */
class StepError extends Error {}

async function bringPlugin(volume: string, image: string): Promise<void> {
  const archive = join(artifactsFolder, debezium.archive);
  if (!(await isWhole(archive)) && (await succeeds("mvn", ["--version"]))) await download(archive);
  const source = (await isWhole(archive)) ? await open(archive) : undefined;
  if (source !== undefined) {
    say(`unpacking ${debezium.archive} into ${volume}`);
    await pipe(["docker", ...unpackInto(volume, image, "-xzf")], source.fd);
    await source.close();
  } else {
    await copyFromImage(volume, image);
  }
  await verify(volume, image);
}

/** True when the file is there and its checksum is the pinned one. */
async function isWhole(file: string): Promise<boolean> {
  try {
    await access(file);
  } catch {
    return false;
  }
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex") === debezium.archiveSha256;
}

async function download(archive: string): Promise<void> {
  say(`fetching ${debezium.artifact} with mvn`);
  await mkdir(artifactsFolder, { recursive: true });
  const staging = await mkdtemp(join(artifactsFolder, "staging-"));
  try {
    const args = ["-q", "-B", "dependency:copy", `-Dartifact=${debezium.artifact}`, `-DoutputDirectory=${staging}`];
    // In the staging folder, so that mvn meets no pom.xml of somebody else's.
    await execFileAsync("mvn", args, { cwd: staging }).catch((error: unknown) => {
      throw new StepError(
        `mvn could not bring ${debezium.artifact}: ${lastLine(error)}\ncheck Maven's settings and network, then run \`pulumi up\` again`,
      );
    });
    const fetched = join(staging, debezium.archive);
    if (!(await isWhole(fetched))) {
      throw new StepError(
        `${debezium.archive} from mvn has another checksum than ${debezium.archiveSha256}; nothing was installed. ` +
          "Remove it from the local Maven repository and run `pulumi up` again",
      );
    }
    await rename(fetched, archive);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function copyFromImage(volume: string, image: string): Promise<void> {
  say(`mvn is not here; copying the plugin out of ${debezium.image}`);
  const container = `cdc-plugin-source-${randomUUID()}`;
  await execFileAsync("docker", ["create", "--name", container, debezium.image]).catch((error: unknown) => {
    throw new StepError(
      `the Debezium plugin cannot be brought: mvn is not on PATH, and ${debezium.image} cannot be pulled (${lastLine(error)})\n` +
        "install Maven (`apt-get install maven`), then run `pulumi up` again",
    );
  });
  try {
    const copy = spawn("docker", ["cp", `${container}:${debezium.imageFolder}`, "-"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await pipe(["docker", ...unpackInto(volume, image, "-xf")], copy.stdout);
  } finally {
    await execFileAsync("docker", ["rm", container]);
  }
}

/** The volume is what the worker will load: its jar is checked there, whichever way it came. */
async function verify(volume: string, image: string): Promise<void> {
  const jar = `/plugins/${debezium.folder}/${debezium.jar}`;
  const args = ["run", "--rm", "--network=none", "-v", `${volume}:/plugins:ro`, "--entrypoint=sha256sum", image, jar];
  const { stdout } = await execFileAsync("docker", args).catch((error: unknown) => {
    throw new StepError(`${jar} is missing in volume ${volume}: ${lastLine(error)}`);
  });
  if (!stdout.startsWith(debezium.jarSha256)) {
    throw new StepError(
      `${debezium.jar} in volume ${volume} has another checksum than ${debezium.jarSha256}; it will not be used`,
    );
  }
}

function unpackInto(volume: string, image: string, flags: "-xzf" | "-xf"): string[] {
  const run = [
    "run",
    "--rm",
    "-i",
    "--network=none",
    "--user=0",
    "-v",
    `${volume}:/plugins`,
    "--entrypoint=tar",
    image,
  ];
  return [...run, flags, "-", "-C", "/plugins", "--no-same-owner"];
}

/** Runs a program with the given standard input. */
async function pipe(command: string[], input: number | NodeJS.ReadableStream): Promise<void> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: [typeof input === "number" ? input : "pipe", "ignore", "inherit"] });
  if (typeof input !== "number" && child.stdin !== null) input.pipe(child.stdin);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (code !== 0) throw new StepError(`${program} ${args.slice(0, 2).join(" ")} … ended with exit code ${code}`);
}

async function succeeds(program: string, args: string[]): Promise<boolean> {
  return await execFileAsync(program, args).then(
    () => true,
    () => false,
  );
}

function lastLine(error: unknown): string {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const stdout = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
  const lines = `${stdout}\n${stderr}`.trim().split("\n");
  return lines.findLast((line) => /error|denied|not found|refused/i.test(line)) ?? lines.at(-1) ?? String(error);
}

function say(line: string): void {
  console.error(`plugin: ${line}`);
}

try {
  await bringPlugin(process.env["CDC_PLUGIN_VOLUME"] ?? "", process.env["CDC_PLUGIN_IMAGE"] ?? "");
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
