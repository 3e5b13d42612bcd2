/** A plugin of ours out of its sources, by Maven; kept in the cache under the sources' hash. */
import { randomUUID } from "node:crypto";
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { docker } from "../../clients/docker/client.ts";
import { codeHash, sourcesOf, type OwnPlugin } from "./plugin-code.ts";
import { differences, sha256Of } from "../../lib/checksums.ts";
import { pinned } from "../../lib/image-digests.ts";
import { cacheDir, run, ToolError, UserError } from "../../lib/run.ts";
import { leastJava, mavenImage } from "../../lib/versions.ts";

const installRemedy = `Install Maven and a JDK of Java ${leastJava} or newer (Debian: \`apt-get install maven default-jdk-headless\`), then run the command again.`;

/** Asked for only when a container is made. */
type DockerOptions = () => Promise<readonly string[]>;

/**
 * A plugin's archive: from the cache, or built now, which takes some ten seconds and more where Maven has to fetch. One build at a
 * time: neither apt-get nor Maven's local repository takes two.
 * @param say is given a line before what takes long.
 * @param options of docker, for the container that it is built in where there is no Maven: labels that tell whose it is.
 * @returns its path.
 * @throws {UserError} when Maven or a JDK is missing and can neither be installed nor be had as an image, when the build fails, or when a jar that
 * comes with the plugin differs from `libs.sha256` beside its sources.
 */
export async function builtArchive(
  plugin: OwnPlugin,
  say: (line: string) => void,
  options: DockerOptions,
): Promise<string> {
  const artifacts = join(cacheDir(), "artifacts");
  const sources = sourcesOf(plugin);
  const hash = codeHash(sources);
  const archive = join(artifacts, `${plugin.name}-${hash}.tar.gz`);
  if (await isWhole(archive)) return archive;
  await mkdir(artifacts, { recursive: true });
  const build = await findBuilder(plugin, say, options);

  // Not in the sources' own folder, where another build or Maven's tests may be at work.
  const staging = await mkdtemp(join(artifacts, `${plugin.name}-new-`));
  try {
    const project = join(staging, "project");
    await cp(join(sources, "pom.xml"), join(project, "pom.xml"));
    await cp(join(sources, "src", "main"), join(project, "src", "main"), { recursive: true });
    if (codeHash(project) !== hash) {
      throw new UserError(
        `the files of ${plugin.folder}/ changed while they were being read`,
        "Run the command again.",
      );
    }
    const built = await build(project);
    await checkLibraries(plugin, built, staging);
    await rename(built, archive);
    await writeFile(`${archive}.sha256`, await sha256Of(archive));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return archive;
}

/** Whether the archive is there with the bytes that it was built with. */
async function isWhole(archive: string): Promise<boolean> {
  try {
    await access(archive);
    return (await sha256Of(archive)) === (await readFile(`${archive}.sha256`, "utf8"));
  } catch {
    return false;
  }
}

/** Builds the project in a folder; the archive's path is the result. */
type Builder = (project: string) => Promise<string>;

const mavenArgs = ["--batch-mode", "--no-transfer-progress", "-Dstyle.color=never", "-DskipTests", "package"];

/** Maven on this machine, or put there by apt-get; else in a container of its official image. */
async function findBuilder(plugin: OwnPlugin, say: (line: string) => void, options: DockerOptions): Promise<Builder> {
  const missing = await missingTool(plugin);
  if (missing === undefined || (await installJavaTools(plugin, missing, say))) {
    say(`building ${plugin.what} with mvn`);
    return async (project) => await buildHere(plugin, project);
  }
  const container = await createContainer(missing, options);
  say(`${missing}; building it in a container of ${mavenImage}`);
  return async (project) => await buildInContainer(plugin, project, container);
}

async function buildHere(plugin: OwnPlugin, project: string): Promise<string> {
  await logged(plugin, async (options) => await run("mvn", mavenArgs, { cwd: project, ...options }));
  const target = join(project, "target");
  return join(target, (await readdir(target)).find((name) => name.endsWith(".tar.gz")) ?? "");
}

/** @throws {UserError} naming what is missing here, when the image cannot be pulled either. */
async function createContainer(missing: string, options: DockerOptions): Promise<string> {
  const name = `cdc-plugin-build-${randomUUID()}`;
  const script = `cd /tmp/project && mvn ${mavenArgs.join(" ")} && cp target/*.tar.gz /tmp/plugin.tar.gz`;
  await docker(["create", ...(await options()), "--name", name, pinned(mavenImage), "sh", "-c", script]).catch(
    (error: unknown) => {
      throw new UserError(missing, installRemedy, { cause: error });
    },
  );
  return name;
}

/** Sources and archive are copied, not mounted: the engine may be on another machine. */
async function buildInContainer(plugin: OwnPlugin, project: string, container: string): Promise<string> {
  const archive = join(project, "plugin.tar.gz");
  try {
    await docker(["cp", `${project}/.`, `${container}:/tmp/project`]);
    await logged(plugin, async (options) => await docker(["start", "--attach", container], options));
    await docker(["cp", `${container}:/tmp/plugin.tar.gz`, archive]);
    return archive;
  } finally {
    await docker(["rm", "--force", "--volumes", container]);
  }
}

/** Runs the build with its output in a file, and names the first thing that it complains of. */
async function logged(
  plugin: OwnPlugin,
  build: (options: { logFile: string; onLine: (line: string) => void }) => Promise<unknown>,
): Promise<void> {
  const logs = join(cacheDir(), "logs");
  await mkdir(logs, { recursive: true });
  const logFile = join(logs, `${plugin.name}-${new Date().toISOString().replaceAll(":", "")}.log`);
  let complaint: string | undefined;
  const onLine = (line: string) => {
    if (line.startsWith("[ERROR] ")) complaint ??= line.slice("[ERROR] ".length);
  };
  await build({ logFile, onLine }).catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    throw new UserError(
      `${plugin.what} in ${plugin.folder}/ could not be built: ${complaint ?? error.message}\nthe whole output: ${logFile}`,
      "Mend what it names (or Maven's way to its repository) and run the command again.",
      { cause: error },
    );
  });
}

/** What Maven fetched is pinned by its bytes; the plugin's own jar is as the compiler makes it. */
async function checkLibraries(plugin: OwnPlugin, archive: string, staging: string): Promise<void> {
  await run("tar", ["-xzf", archive, "-C", staging]);
  const unpacked = join(staging, plugin.name);
  for (const name of await readdir(unpacked)) {
    if (name.startsWith(`${plugin.name}-`)) await rm(join(unpacked, name));
  }
  const wrong = await differences(unpacked, await readFile(join(sourcesOf(plugin), "libs.sha256"), "utf8"));
  if (wrong.length === 0) return;
  throw new UserError(
    `${wrong.length} of the jars that come with ${plugin.what} differ from ${plugin.folder}/libs.sha256, the first: ${wrong[0]}`,
    "Remove the named jar from Maven's local repository (~/.m2/repository) and try again; apps/sink/README.md says how to renew the list after a change of versions.",
  );
}

/** @returns false where apt-get cannot do it. */
async function installJavaTools(plugin: OwnPlugin, missing: string, say: (line: string) => void): Promise<boolean> {
  if (process.getuid?.() !== 0 || !(await hasAptGet())) return false;
  say(`${missing}; installing Maven and a JDK by apt-get`);
  await run("apt-get", ["update"], { remedy: installRemedy });
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "maven", "default-jdk-headless"], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    remedy: installRemedy,
  });
  const still = await missingTool(plugin);
  if (still !== undefined) throw new UserError(still, installRemedy);
  return true;
}

/** What is in the way of a build; undefined when nothing is. */
async function missingTool({ what }: OwnPlugin): Promise<string | undefined> {
  try {
    const { stdout } = await run("mvn", ["--version"]);
    const java = /^Java version: (\d+).*runtime: (.+)$/m.exec(stdout);
    if (java === null) return "mvn does not tell which Java it runs on";
    const [, version, home] = java;
    if (Number(version) < leastJava) return `mvn runs on Java ${version}, ${what} needs ${leastJava}`;
    await access(join(home ?? "", "bin", "javac"));
    return undefined;
  } catch (error) {
    if (!(error instanceof ToolError)) return "the Java that mvn runs on has no compiler (javac)";
    return error.notFound ? `mvn not found: it builds ${what}` : error.message;
  }
}

async function hasAptGet(): Promise<boolean> {
  return await run("apt-get", ["--version"]).then(
    () => true,
    () => false,
  );
}
