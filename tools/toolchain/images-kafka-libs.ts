import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { differences } from "../../lib/checksums.ts";
import { isErrno, UserError } from "../../lib/run.ts";
import { fetchByMaven } from "./images-maven.ts";

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
    await fetchByMaven("the jars of the Kafka image", staging, ["copy-dependencies"], fetched, logFile);
    const wrong = await differences(fetched, list);
    if (wrong.length > 0) {
      throw new UserError(
        `${wrong.length} of Kafka's jars differ from tools/images/kafka/libs.sha256, the first: ${wrong[0]}`,
        "Remove the named jar from Maven's local repository (~/.m2/repository) and try again; tools/images/README.md says how to renew the list after a change of versions.",
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
