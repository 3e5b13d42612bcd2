/** What the guard's container is given in its environment. */
import type { GuardSettings } from "../../plan/types.ts";
import { UserError } from "../../lib/run.ts";

export const settingsVariable = "CDC_GUARD_SETTINGS";

/**
 * Reads the settings that the plan wrote; what makes sense was checked there.
 * @throws UserError when there are none, or they are not the plan's.
 */
export function readSettings(env: NodeJS.ProcessEnv): GuardSettings {
  const text = env[settingsVariable];
  if (text === undefined) throw refusal("is not set");
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw refusal("is not JSON");
  }
  if (!isSettings(found)) {
    throw refusal("lacks one of connectUrls, bootstrap, checkSeconds, stallSeconds, restartAfterSeconds");
  }
  return found;
}

function isSettings(found: unknown): found is GuardSettings {
  if (typeof found !== "object" || found === null) return false;
  const { connectUrls, bootstrap, checkSeconds, stallSeconds, restartAfterSeconds } = found as Partial<GuardSettings>;
  return (
    Array.isArray(connectUrls) &&
    connectUrls.length > 0 &&
    (typeof bootstrap === "string" || typeof bootstrap?.bootstrap === "string") &&
    typeof checkSeconds === "number" &&
    typeof stallSeconds === "number" &&
    Array.isArray(restartAfterSeconds)
  );
}

function refusal(problem: string): UserError {
  return new UserError(
    `${settingsVariable} ${problem}`,
    "The pipeline's own `up` sets it; make the container anew with that.",
  );
}
