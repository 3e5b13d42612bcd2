/** Looks at the connectors of a living worker. */

/** A worker answers at once; on a machine that starts a stack beside it, within seconds. */
const answerLimitMs = 10_000;

/**
 * Reads the connectors' topic prefixes.
 * @param restUrl root of the worker's REST API: `http://127.0.0.1:8083`.
 * @returns by the connector's name; without those that have none.
 * @throws Error when the worker does not answer.
 */
export async function lookAtTopicPrefixes(restUrl: string): Promise<Map<string, string>> {
  const response = await fetch(`${restUrl}/connectors?expand=info`, { signal: AbortSignal.timeout(answerLimitMs) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return parseTopicPrefixes(await response.json());
}

export function parseTopicPrefixes(answer: unknown): Map<string, string> {
  return new Map(
    Object.entries(answer ?? {}).flatMap(([name, connector]: [string, Expanded | null | undefined]) => {
      const prefix = connector?.info?.config?.["topic.prefix"];
      return typeof prefix === "string" ? [[name, prefix] as const] : [];
    }),
  );
}

interface Expanded {
  readonly info?: { readonly config?: Readonly<Record<string, unknown>> | null } | null;
}
