/** What the page's container is given in its environment. */
import type { PageSettings as PlannedSettings } from "../../plan/types.ts";

export const settingsVariable = "CDC_PAGE_SETTINGS";

export interface PageSettings extends PlannedSettings {
  /** Port that the server listens on, in the container. */
  readonly port: number;
}

/** What whoever reads the container's log is told, without a stack trace. */
export class SettingsError extends Error {}

/**
 * Reads the settings that the plan wrote; what makes sense was checked there.
 * @throws {SettingsError} when there are none, or they are not the plan's.
 */
export function readSettings(env: NodeJS.ProcessEnv): PageSettings {
  const text = env[settingsVariable];
  if (text === undefined) throw refusal("is not set");
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw refusal("is not JSON");
  }
  if (!isSettings(found)) throw refusal("lacks one of port, engineUrl, hosts, indices (of alias and table)");
  return found;
}

function isSettings(found: unknown): found is PageSettings {
  if (typeof found !== "object" || found === null) return false;
  const { port, engineUrl, hosts, indices } = found as Partial<PageSettings>;
  return (
    typeof port === "number" &&
    typeof engineUrl === "string" &&
    Array.isArray(hosts) &&
    Array.isArray(indices) &&
    indices.length > 0 &&
    indices.every(
      (index: unknown) => typeof index === "object" && index !== null && "alias" in index && "table" in index,
    )
  );
}

function refusal(problem: string): SettingsError {
  return new SettingsError(
    `${settingsVariable} ${problem}\nThe pipeline's own \`up\` sets it; make the container anew with that.`,
  );
}
