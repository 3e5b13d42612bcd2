/** Labels of things on the engine. */
import { ask, isMissing } from "./client.ts";

export type Labels = Readonly<Record<string, string>>;

/** Labels as options of docker's commands. */
export function labelOptions(labels: Labels): string[] {
  return Object.entries(labels).map(([label, value]) => `--label=${label}=${value}`);
}

/** Labels by name; undefined when there is no such thing. @throws EngineError when the engine does not answer. */
export async function labelsOf(kind: "volume" | "network", name: string): Promise<Labels | undefined> {
  try {
    const answer = await ask([kind, "inspect", "--format", "{{json .Labels}}", name]);
    return (JSON.parse(answer) as Labels | null) ?? {};
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
