/** What the guard's container is given in its environment. */
import type { GuardSettings } from "../../plan/types.ts";
import { UserError } from "../../lib/run.ts";

const settingsVariable = "CDC_GUARD_SETTINGS";

/**
 * Reads the settings as the plan wrote them.
 * @throws UserError when there are none.
 */
export function readSettings(env: NodeJS.ProcessEnv): GuardSettings {
  const text = env[settingsVariable];
  if (text === undefined)
    throw new UserError(
      `${settingsVariable} is not set`,
      "The pipeline's own `up` sets it; make the container anew with that.",
    );
  return JSON.parse(text) as GuardSettings;
}
