/** Which indices are there, asked without the client: every preview asks, and the client's code takes longer to load than the answer. */
import type { HttpEndpoint } from "../../lib/endpoint.ts";
import { messageOf, UserError } from "../../lib/run.ts";
import { askHttp } from "../http.ts";
import { TlsError } from "../tls.ts";

/**
 * Those of the aliases that stand for no index.
 * @param timeoutMs how long the answer may take, in milliseconds.
 * @throws UserError when the engine does not answer in time, or refuses.
 */
export async function missingAliases(
  engine: HttpEndpoint,
  aliases: readonly string[],
  timeoutMs: number,
): Promise<string[]> {
  const answer = await ask(engine, timeoutMs);
  const there = new Set(Object.values(answer).flatMap((index) => Object.keys(index.aliases)));
  return aliases.filter((alias) => !there.has(alias));
}

/** By the index's name. */
type Aliases = Readonly<Record<string, { readonly aliases: Readonly<Record<string, unknown>> }>>;

async function ask(engine: HttpEndpoint, timeoutMs: number): Promise<Aliases> {
  try {
    const question = { method: "GET", path: "/_alias", body: undefined, signal: AbortSignal.timeout(timeoutMs) };
    const { status, text } = await askHttp("the search engine", engine, question);
    if (status !== 200) throw new Error(`HTTP ${status}`);
    return JSON.parse(text) as Aliases;
  } catch (error) {
    if (error instanceof TlsError) throw error;
    throw new UserError(
      `the search engine does not say at ${engine.url} which indices there are: ${messageOf(error)}`,
      "See whether its container runs (`docker ps`), then try again.",
      { cause: error },
    );
  }
}
