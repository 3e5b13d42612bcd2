/** The sink's plugin out of the sources in sink/, by Maven; kept in the cache under the sources' hash. */
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sinkCode } from "../config/sink-code.ts";
import { differences, sha256Of } from "../lib/checksums.ts";
import { cacheDir, run, ToolError, UserError } from "../lib/run.ts";

const checkout = join(import.meta.dirname, "..");
/** The folder in the archive, and the beginning of the name of the sink's own jar in it. */
const pluginName = "cdc-opensearch-sink";
/** `maven.compiler.release` of sink/pom.xml. */
const leastJava = 17;

/**
 * The plugin's archive: from the cache, or built now, which takes some ten seconds and more where Maven has to fetch.
 * @param say is given a line before what takes long.
 * @returns its path.
 * @throws {UserError} when Maven or a JDK is missing and cannot be installed, when the build fails, or when a jar that
 * comes with the plugin differs from sink/libs.sha256.
 */
export async function sinkArchive(say: (line: string) => void): Promise<string> {
  const artifacts = join(cacheDir(), "artifacts");
  const { hash } = sinkCode();
  const archive = join(artifacts, `${pluginName}-${hash}.tar.gz`);
  if (await isWhole(archive)) return archive;
  await mkdir(artifacts, { recursive: true });
  await needJavaTools(say);

  // Not in sink/ itself, where another build or Maven's tests may be at work.
  const staging = await mkdtemp(join(artifacts, "sink-new-"));
  try {
    say("building the sink's plugin with mvn");
    const project = join(staging, "sink");
    await cp(join(checkout, "sink", "pom.xml"), join(project, "pom.xml"));
    await cp(join(checkout, "sink", "src", "main"), join(project, "src", "main"), { recursive: true });
    if (sinkCode(staging).hash !== hash) {
      throw new UserError("the files of sink/ changed while they were being read", "Run the command again.");
    }
    await build(project);
    const target = join(project, "target");
    const built = join(target, (await readdir(target)).find((name) => name.endsWith(".tar.gz")) ?? "");
    await checkLibraries(built, staging);
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

async function build(project: string): Promise<void> {
  const logs = join(cacheDir(), "logs");
  await mkdir(logs, { recursive: true });
  const logFile = join(logs, `sink-${new Date().toISOString().replaceAll(":", "")}.log`);
  let complaint: string | undefined;
  const onLine = (line: string) => {
    if (line.startsWith("[ERROR] ")) complaint ??= line.slice("[ERROR] ".length);
  };
  const args = ["--batch-mode", "--no-transfer-progress", "-Dstyle.color=never", "-DskipTests", "package"];
  await run("mvn", args, { cwd: project, logFile, onLine }).catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    throw new UserError(
      `the sink in sink/ could not be built: ${complaint ?? error.message}\nthe whole output: ${logFile}`,
      "Mend what it names (or Maven's way to its repository) and run the command again.",
      { cause: error },
    );
  });
}

/** What Maven fetched is pinned by its bytes; the sink's own jar is as the compiler makes it. */
async function checkLibraries(archive: string, staging: string): Promise<void> {
  await run("tar", ["-xzf", archive, "-C", staging]);
  const plugin = join(staging, pluginName);
  for (const name of await readdir(plugin)) {
    if (name.startsWith(`${pluginName}-`)) await rm(join(plugin, name));
  }
  const wrong = await differences(plugin, await readFile(join(checkout, "sink", "libs.sha256"), "utf8"));
  if (wrong.length === 0) return;
  throw new UserError(
    `${wrong.length} of the jars of the sink's plugin differ from sink/libs.sha256, the first: ${wrong[0]}`,
    "Remove the named jar from Maven's local repository (~/.m2/repository) and try again; sink/README.md says how to renew the list after a change of versions.",
  );
}

/** Maven with a Java that compiles; installed by apt-get where that is possible. */
async function needJavaTools(say: (line: string) => void): Promise<void> {
  const missing = await missingTool();
  if (missing === undefined) return;
  const remedy = `Install Maven and a JDK of Java ${leastJava} or newer (Debian: \`apt-get install maven default-jdk-headless\`), then run the command again.`;
  if (process.getuid?.() !== 0 || !(await hasAptGet())) throw new UserError(missing, remedy);
  say(`${missing}; installing Maven and a JDK by apt-get`);
  await run("apt-get", ["update"], { remedy });
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "maven", "default-jdk-headless"], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    remedy,
  });
  const still = await missingTool();
  if (still !== undefined) throw new UserError(still, remedy);
}

/** What is in the way of a build; undefined when nothing is. */
async function missingTool(): Promise<string | undefined> {
  try {
    const { stdout } = await run("mvn", ["--version"]);
    const java = /^Java version: (\d+).*runtime: (.+)$/m.exec(stdout);
    if (java === null) return "mvn does not tell which Java it runs on";
    const [, version, home] = java;
    if (Number(version) < leastJava) return `mvn runs on Java ${version}, the sink needs ${leastJava}`;
    await access(join(home ?? "", "bin", "javac"));
    return undefined;
  } catch (error) {
    if (!(error instanceof ToolError)) return "the Java that mvn runs on has no compiler (javac)";
    return error.notFound ? "mvn not found: it builds the sink's plugin" : error.message;
  }
}

async function hasAptGet(): Promise<boolean> {
  return await run("apt-get", ["--version"]).then(
    () => true,
    () => false,
  );
}
