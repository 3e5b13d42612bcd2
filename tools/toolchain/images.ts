import { access, chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import {
  imageRecipes,
  isExecutable,
  packagedImage,
  packagedImages,
  type PackagedImage,
} from "../../config/packaged-images.ts";
import { usualImages, type ImageKind } from "../../config/images.ts";
import { docker } from "../../clients/docker/client.ts";
import { imageIdOf } from "../../clients/docker/image.ts";
import { kafkaLibs } from "./images-kafka-libs.ts";
import { opensearchDistribution } from "./images-opensearch.ts";
import { isDebian, labelPackages, packageWarning } from "./images-packages.ts";
import { isAlive } from "../../lib/alive.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { cacheDir, isErrno, run, ToolError, UserError } from "../../lib/run.ts";

/** How long each image takes on two idle cores with a good line; shown, never relied on. */
const usualSeconds: Record<PackagedImage, number> = {
  base: 45,
  java: 25,
  mysql: 30,
  kafka: 30,
  node: 5,
  opensearch: 20,
  prometheus: 20,
  alertmanager: 15,
};

/**
 * Builds those of the `cdc-packages/*` images that the container engine does not hold yet.
 *
 * An image gets its tag as the last step of a whole build, so what is tagged is complete; the label with its packages comes after. Work files are in a folder
 * of this process; two builds at a time do the work twice and disturb each other in nothing.
 *
 * @param options.log is given each line of progress
 * @param options.kinds those that containers are to run from; what is under them comes along
 * @throws {UserError} when something is missing or fails; it names the log file with the build's whole output
 */
export async function buildPackagedImages(options: {
  readonly log: (line: string) => void;
  readonly kinds?: readonly ImageKind[];
}): Promise<void> {
  for (const kind of options.kinds ?? usualImages) await ensure(kind, options.log);
}

async function ensure(kind: PackagedImage, log: (line: string) => void): Promise<void> {
  const image = packagedImage(kind);
  if ((await imageIdOf(image)) !== undefined) return;
  const { parent } = packagedImages[kind];
  if (parent) await ensure(parent, log);

  log(`building ${image} (about ${usualSeconds[kind]} s)`);
  const start = performance.now();
  await inStaging(async (staging) => {
    const logs = join(cacheDir(), "logs");
    await mkdir(logs, { recursive: true });
    const logFile = join(logs, `image-${kind}-${new Date().toISOString().replaceAll(":", "")}.log`);
    try {
      await (parent
        ? buildOn(packagedImage(parent), kind, image, staging, logFile)
        : bootstrap(image, staging, logFile));
      if (isDebian(kind)) {
        const warning = packageWarning(kind, await labelPackages(image));
        if (warning !== undefined) log(warning);
      }
    } catch (error) {
      throw await explained(error, image, logFile);
    }
  });
  log(`built ${image} in ${Math.round((performance.now() - start) / 1000)} s`);
}

/** The root of all images: a Debian file system made by debootstrap, imported as an image. */
async function bootstrap(image: string, staging: string, logFile: string): Promise<void> {
  await needDebootstrap(logFile);
  const root = join(staging, "root");
  const archive = join(staging, "root.tar");
  // In a mount namespace of its own: what debootstrap mounts in the new root goes away with it, however it ends.
  await run("unshare", ["--mount", join(imageRecipes, "base", "bootstrap.sh"), root], { logFile });
  await run("tar", ["--numeric-owner", "--sort=name", "-C", root, "-cf", archive, "."], { logFile });
  checkUnchanged("base", image);
  await docker(["import", "--change", 'CMD ["bash"]', archive, image], { logFile });
}

async function needDebootstrap(logFile: string): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new UserError(
      "building images from packages needs root: debootstrap makes a whole file system",
      "Run the command as root, or with CDC_IMAGES=official where images can be pulled.",
    );
  }
  try {
    await run("debootstrap", ["--version"]);
  } catch (error) {
    if (!(error instanceof ToolError) || !error.notFound) throw error;
    const remedy = "Install it by hand: `apt-get update && apt-get install debootstrap`.";
    await run("apt-get", ["update"], { logFile, remedy });
    await run("apt-get", ["install", "--yes", "--no-install-recommends", "debootstrap"], { logFile, remedy });
  }
}

async function buildOn(
  parent: string,
  kind: PackagedImage,
  image: string,
  staging: string,
  logFile: string,
): Promise<void> {
  const context = join(staging, "context");
  await cp(join(imageRecipes, kind), context, { recursive: true });
  if (kind === "kafka") {
    const artifacts = join(cacheDir(), "artifacts");
    await mkdir(artifacts, { recursive: true });
    await cp(await kafkaLibs(join(imageRecipes, kind), artifacts, logFile), join(context, "libs"), { recursive: true });
  }
  if (kind === "opensearch") {
    await rename(await opensearchDistribution(join(imageRecipes, kind), staging, logFile), join(context, "opensearch"));
  }
  if (kind === "node") await copyFile(await nodeProgram(), join(context, "node"));
  checkUnchanged(kind, image);
  await normaliseModes(context);
  await docker(["build", "--force-rm", "--build-arg", `BASE=${parent}`, "--tag", image, context], {
    // The classic builder is part of every engine; BuildKit needs one package more.
    env: { DOCKER_BUILDKIT: "0" },
    logFile,
  });
}

/** Node for Linux, which `npm ci` brings as a package. */
async function nodeProgram(): Promise<string> {
  const program = join(checkoutFolder, "node_modules", `node-linux-${process.arch}`, "bin", "node");
  await access(program).catch((error: unknown) => {
    throw new UserError(
      `${program} is not there: npm brings Node for Linux on x64 and arm64 machines only, and not when optional packages are left out`,
      "Run `npm ci` again without --omit=optional, or use CDC_IMAGES=official where images can be pulled.",
      { cause: error },
    );
  });
  return program;
}

/** An edit while the files were being read must not end up under the tag of what was there before. */
function checkUnchanged(kind: PackagedImage, image: string): void {
  if (packagedImage(kind) === image) return;
  throw new UserError(
    `the files of tools/images/${kind} changed while ${image} was being built`,
    "Run the command again.",
  );
}

/** The umask of the checkout must not reach the image: 0755 or 0644, by the executable bit alone. */
async function normaliseModes(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await normaliseModes(path);
    else await chmod(path, isExecutable(path) ? 0o755 : 0o644);
  }
}

/** Does the work in a new folder that is removed afterwards; removes those of interrupted runs first. */
async function inStaging(work: (staging: string) => Promise<void>): Promise<void> {
  const parent = join(cacheDir(), "staging");
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const pid = Number(/^images-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await removeTree(join(parent, name));
  }
  const staging = await mkdtemp(join(parent, `images-${process.pid}-`));
  try {
    await work(staging);
  } finally {
    await removeTree(staging);
  }
}

/** By rm and not by node: it holds a whole file system, and rm can be told not to leave this one. */
async function removeTree(folder: string): Promise<void> {
  await run("rm", ["-rf", "--one-file-system", folder]);
}

/** An error of a build for the person: what failed, where the whole output is, what to do. */
async function explained(failure: unknown, image: string, logFile: string): Promise<unknown> {
  if (isErrno(failure, "ENOSPC")) return outOfSpace(image, failure);
  if (!(failure instanceof ToolError)) return failure;
  const output = await readFile(logFile, "utf8").catch(() => failure.stderr);
  if (/no space left on device/i.test(output)) return outOfSpace(image, failure);
  return new UserError(
    `could not build ${image}: ${firstComplaint(output) ?? failure.message}\nthe whole output: ${logFile}`,
    "Mend what it names and run the command again: it goes on where it failed.",
    { cause: failure },
  );
}

function outOfSpace(image: string, cause: Error): UserError {
  return new UserError(
    `could not build ${image}: no space left`,
    `Free some: the images need about 1 GB in ${cacheDir()} and 2 GB where Docker keeps its data.`,
    { cause },
  );
}

/**
 * The line of a build's output that names the cause: of its last lines the first that complains, as what follows it
 * are its consequences. Undefined when none does.
 */
export function firstComplaint(output: string): string | undefined {
  return stripVTControlCharacters(output)
    .trimEnd()
    .split("\n")
    .slice(-30)
    .map((line) => line.trim())
    .find((line) => /^E: |^Err:|\b(error|fail(ed|ure)|cannot)\b/i.test(line));
}
