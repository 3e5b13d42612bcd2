/** Which indices are there, asked without the client: every preview asks, and the client's code takes longer to load than the answer. */
import { UserError } from "../../lib/run.ts";

/**
 * Those of the aliases that stand for no index.
 * @param url root of the engine's REST API. @param timeoutMs how long the answer may take, in milliseconds.
 * @throws UserError when the engine does not answer in time, or refuses.
 */
export async function missingAliases(url: string, aliases: readonly string[], timeoutMs: number): Promise<string[]> {
  const answer = await ask(`${url}/_alias`, timeoutMs);
  const there = new Set(Object.values(answer).flatMap((index) => Object.keys(index.aliases)));
  return aliases.filter((alias) => !there.has(alias));
}

/** By the index's name. */
type Aliases = Readonly<Record<string, { readonly aliases: Readonly<Record<string, unknown>> }>>;

async function ask(url: string, timeoutMs: number): Promise<Aliases> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.json()) as Aliases;
  } catch (error) {
    throw new UserError(
      `the search engine does not say at ${url} which indices there are: ${reasonOf(error)}`,
      "See whether its container runs (`docker ps`), then try again.",
      { cause: error },
    );
  }
}

/** `fetch` says why in its error's cause alone. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
