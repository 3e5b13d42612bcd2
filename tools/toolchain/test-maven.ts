/** The unit tests of what is in Java, by Maven. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "../../lib/run.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { probe } from "./probe.ts";
import { surefireReport, type Report } from "./test-counts.ts";

const limitMs = 15 * 60_000;

/**
 * @param folder of the project, relative to the checkout.
 * @param mvn path of Maven.
 */
export async function mavenTests(
  folder: string,
  mvn: string,
  env: NodeJS.ProcessEnv,
): Promise<{ ok: boolean; report: Report }> {
  const project = join(checkoutFolder, folder);
  const reports = join(project, "target", "surefire-reports");
  // Those of a run before would be counted too.
  await rm(reports, { recursive: true, force: true });
  const answer = await probe(mvn, ["--batch-mode", "--quiet", "test"], { env, cwd: project, timeoutMs: limitMs });
  if (!answer.ok) console.log(`${answer.stdout}\n${answer.stderr}`);
  return { ok: answer.ok, report: surefireReport(await readReports(reports)) };
}

/** None when the sources did not compile. */
async function readReports(reports: string): Promise<string[]> {
  const names = await readdir(reports).catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  });
  const files = names.filter((name) => /^TEST-.*\.xml$/.test(name));
  return await Promise.all(files.map(async (name) => await readFile(join(reports, name), "utf8")));
}
