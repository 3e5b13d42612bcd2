/** What images are made of, by Maven. */
import { run, ToolError, UserError } from "../../lib/run.ts";

/**
 * Has Maven put what a `pom.xml` depends on into a folder.
 *
 * @param what it brings, for the person: `the jars of the Kafka image`
 * @param projectDir the folder of the pom; Maven keeps files beside it, so it is a copy
 * @param goals of maven-dependency-plugin: `copy-dependencies`, `unpack-dependencies`
 * @throws {UserError} when Maven is missing or fails
 */
export async function fetchByMaven(
  what: string,
  projectDir: string,
  goals: readonly string[],
  outputDir: string,
  logFile: string,
): Promise<void> {
  const args = [
    "--batch-mode",
    "--no-transfer-progress",
    ...goals.map((goal) => `dependency:${goal}`),
    "-DincludeScope=runtime",
    `-DoutputDirectory=${outputDir}`,
  ];
  try {
    await run("mvn", args, { cwd: projectDir, logFile });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.notFound) {
      throw new UserError(
        `mvn not found: it brings ${what}`,
        "Install it with `apt-get install maven` and run the command again.",
        { cause: error },
      );
    }
    throw new UserError(
      `mvn could not fetch ${what} (exit code ${error.exitCode ?? "none"}); its output: ${logFile}`,
      "Check that Maven reaches its repository, then run the command again.",
      { cause: error },
    );
  }
}
