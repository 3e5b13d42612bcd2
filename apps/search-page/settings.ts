/** What the page's container is given in its environment. */
import type { SearchPageSettings as PlannedSettings } from "../../plan/types.ts";

const settingsVariable = "CDC_PAGE_SETTINGS";

export interface SearchPageSettings extends PlannedSettings {
  /** Port that the server listens on, in the container. */
  readonly port: number;
}

/** A message for who reads the container's log, without a stack trace. */
export class SettingsError extends Error {}

/**
 * Reads the settings as the plan wrote them.
 * @throws {SettingsError} when there are none.
 */
export function readSettings(env: NodeJS.ProcessEnv): SearchPageSettings {
  const text = env[settingsVariable];
  if (text === undefined)
    throw new SettingsError(
      `${settingsVariable} is not set\nThe pipeline's own \`up\` sets it; make the container anew with that.`,
    );
  return JSON.parse(text) as SearchPageSettings;
}
