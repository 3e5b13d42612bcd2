/** The file with the connectors' secrets, as the workers' containers have it. */
import { connectorSecretsFile } from "../../lib/constants.ts";
import { fileFrom } from "./files.ts";

/** @returns the first one's that has it, running or not; undefined when none does. */
export async function workerSecrets(
  containers: readonly string[],
): Promise<{ readonly container: string; readonly text: string } | undefined> {
  for (const container of containers) {
    const text = await fileFrom(container, connectorSecretsFile);
    if (text !== undefined) return { container, text };
  }
  return undefined;
}
