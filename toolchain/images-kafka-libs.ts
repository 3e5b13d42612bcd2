import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isErrno, run, ToolError, UserError } from "../lib/run.ts";

/**
 * The jars of a Kafka distribution: fetched by Maven, checked against a list, kept in the cache.
 *
 * @param recipe the folder that holds `pom.xml` and `libs.sha256` (lines as `sha256sum` writes them)
 * @param artifacts the cache's folder for what was downloaded
 * @returns a folder that holds exactly the jars of the list
 * @throws {UserError} when Maven is missing or fails, or when a jar differs from the list
 */
export async function kafkaLibs(recipe: string, artifacts: string, logFile: string): Promise<string> {
  const list = await readFile(join(recipe, "libs.sha256"), "utf8");
  const libs = join(artifacts, `kafka-libs-${createHash("sha256").update(list).digest("hex").slice(0, 12)}`);
  if (existsSync(libs) && (await differences(libs, list)).length === 0) return libs;
  await rm(libs, { recursive: true, force: true });

  const staging = await mkdtemp(join(artifacts, "kafka-libs-new-"));
  try {
    // Maven keeps files beside the pom: it gets a copy.
    await copyFile(join(recipe, "pom.xml"), join(staging, "pom.xml"));
    const fetched = join(staging, "libs");
    await mkdir(fetched);
    await fetchJars(staging, fetched, logFile);
    const wrong = await differences(fetched, list);
    if (wrong.length > 0) {
      throw new UserError(
        `${wrong.length} of Kafka's jars differ from images/kafka/libs.sha256, the first: ${wrong[0]}`,
        "Remove the named jar from Maven's local repository (~/.m2/repository) and try again; images/README.md says how to renew the list after a change of versions.",
      );
    }
    await rename(fetched, libs).catch((error: unknown) => {
      // Another checkout was quicker, with the very same jars.
      if (!isErrno(error, "ENOTEMPTY") && !isErrno(error, "EEXIST")) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return libs;
}

async function fetchJars(projectDir: string, outputDir: string, logFile: string): Promise<void> {
  const args = [
    "--batch-mode",
    "--no-transfer-progress",
    "dependency:copy-dependencies",
    "-DincludeScope=runtime",
    `-DoutputDirectory=${outputDir}`,
  ];
  try {
    await run("mvn", args, { cwd: projectDir, logFile });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.notFound) {
      throw new UserError(
        "mvn not found: it brings the jars of the Kafka image",
        "Install it with `apt-get install maven` and run the command again.",
        { cause: error },
      );
    }
    throw new UserError(
      `mvn could not fetch the jars of the Kafka image (exit code ${error.exitCode ?? "none"}); its output: ${logFile}`,
      "Check that Maven reaches its repository, then run the command again.",
      { cause: error },
    );
  }
}

/**
 * Where the files of a folder differ from a list of `sha256sum`: missing, unlisted or other bytes.
 *
 * @param list lines of 64 hex digits, two spaces, a file name
 * @returns one text for each difference; none when the folder holds exactly the files of the list
 */
export async function differences(folder: string, list: string): Promise<string[]> {
  const expected = new Map(
    list
      .trimEnd()
      .split("\n")
      .map((line): [string, string] => [line.slice(66), line.slice(0, 64)]),
  );
  const present = new Set(await readdir(folder));
  const found: string[] = [];
  for (const [name, sha256] of expected) {
    if (!present.delete(name)) {
      found.push(`${name} is missing`);
      continue;
    }
    const actual = createHash("sha256")
      .update(await readFile(join(folder, name)))
      .digest("hex");
    if (actual !== sha256) found.push(`${name} has sha256 ${actual}, listed is ${sha256}`);
  }
  return [...found, ...[...present].map((name) => `${name} is not listed`)];
}
