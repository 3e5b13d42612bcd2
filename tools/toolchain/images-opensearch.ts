import { copyFile, mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { differences } from "../../lib/checksums.ts";
import { UserError } from "../../lib/run.ts";
import { fetchByMaven } from "./images-maven.ts";

/**
 * OpenSearch's distribution, unpacked: fetched by Maven, which keeps the archive, and checked against a list.
 *
 * @param recipe the folder that holds `pom.xml` and `zip.sha256` (a line as `sha256sum` writes it)
 * @param staging a folder for work files
 * @returns the folder of the distribution, in `staging`
 * @throws {UserError} when Maven is missing or fails, or when the archive differs from the list
 */
export async function opensearchDistribution(recipe: string, staging: string, logFile: string): Promise<string> {
  const list = await readFile(join(recipe, "zip.sha256"), "utf8");
  const project = join(staging, "opensearch-project");
  const archives = join(project, "archives");
  const unpacked = join(project, "unpacked");
  await mkdir(project);
  await copyFile(join(recipe, "pom.xml"), join(project, "pom.xml"));

  const what = "the archive of the OpenSearch image";
  await fetchByMaven(what, project, ["copy-dependencies"], archives, logFile);
  const wrong = await differences(archives, list);
  if (wrong.length > 0) {
    throw new UserError(
      `${what} differs from tools/images/opensearch/zip.sha256: ${wrong.join("; ")}`,
      "Remove it from Maven's local repository (~/.m2/repository) and try again; tools/images/README.md says how to change the version.",
    );
  }
  // Maven unpacks it too, so that no program for zip files is needed.
  await fetchByMaven(what, project, ["unpack-dependencies"], unpacked, logFile);
  const folder = join(staging, "opensearch");
  await rename(
    join(
      unpacked,
      list
        .slice(66)
        .trimEnd()
        .replace(/\.zip$/, ""),
    ),
    folder,
  );
  return folder;
}
