/** Whether the search engine has what readers ask for. */
import { askHttp } from "../../../clients/http.ts";
import { connectorSecretsFile, enginePasswordKey } from "../../../lib/constants.ts";
import { httpEndpoint, type HttpEndpoint } from "../../../lib/endpoint.ts";
import type { AskedBeside } from "../../../plan/types.ts";
import { secretOf } from "../secrets.ts";
import type { EngineFound } from "./found.ts";

/** An engine answers within milliseconds; one that collects garbage may take a second. */
const answerLimitMs = 10_000;

/** Asks a path of the engine's REST API for JSON. */
export type AskEngine = (path: string) => Promise<unknown>;

/** @throws Error when the engine does not answer, or refuses. */
export async function lookAtEngine(
  { endpoint, aliases }: NonNullable<AskedBeside["engine"]>,
  ask: AskEngine = async (path) => await askJson(endpoint, path),
): Promise<EngineFound> {
  const health = (await ask("/_cluster/health")) as { readonly status?: string };
  if (aliases.length === 0) return { isRed: health.status === "red", missing: [] };
  const indices = (await ask("/_alias")) as Readonly<Record<string, { readonly aliases?: object }>>;
  const there = new Set(Object.entries(indices).flatMap(([name, of]) => [name, ...Object.keys(of.aliases ?? {})]));
  return { isRed: health.status === "red", missing: aliases.filter((alias) => !there.has(alias)) };
}

/** The engine, and how to get the password where it wants one. */
function engineOf(endpoint: NonNullable<AskedBeside["engine"]>["endpoint"]): HttpEndpoint {
  return {
    ...httpEndpoint(endpoint),
    access: async () => ({ password: await secretOf(connectorSecretsFile, enginePasswordKey) }),
  };
}

async function askJson(endpoint: NonNullable<AskedBeside["engine"]>["endpoint"], path: string): Promise<unknown> {
  const question = { method: "GET", path, body: undefined, signal: AbortSignal.timeout(answerLimitMs) };
  const { status, statusText, text } = await askHttp("the search engine", engineOf(endpoint), question);
  if (status !== 200) throw new Error(`the search engine answers ${status} ${statusText} to ${path}`);
  return JSON.parse(text);
}
