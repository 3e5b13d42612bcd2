/** The file with the connectors' secrets, as the workers' containers have it. */
import { connectAccessIn } from "../../lib/connector-secrets.ts";
import { connectorSecretsFile } from "../../lib/constants.ts";
import type { HttpAccess } from "../../lib/endpoint.ts";
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

/**
 * How the REST API of these workers is reached. The file is copied out of a container once, when it is there, and not for every request.
 * @returns undefined as long as none has the file, or where nobody logs in.
 */
export function workersAccess(containers: readonly string[]): () => Promise<HttpAccess | undefined> {
  let known: HttpAccess | undefined;
  return async () => {
    if (known !== undefined) return known;
    const found = await workerSecrets(containers);
    return (known = found && connectAccessIn(found.text));
  };
}
