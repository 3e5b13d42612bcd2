/** How a connector on the worker differs from the one that is wanted, in words. */
import { changedKeys, type ConnectorInputs } from "../connect/connector.ts";
import { isAsDesired, summary, type SeenStates } from "../connect/status.ts";
import type { Properties } from "./handler.ts";
import { secretsIn } from "./secrets.ts";

/**
 * @param news the wanted inputs as the engine sends them, in which secrets are marked.
 * @returns `KEY FOUND → WANTED` for each key, and the state; secrets masked.
 */
export function differences(seen: ConnectorInputs & SeenStates, wanted: ConnectorInputs, news: Properties): string[] {
  const wrapped = news["config"] as Properties;
  const isSecret = (key: string) =>
    secretsIn(wrapped).includes(wanted.config[key] ?? "") || /password|secret|token|jaas|credential/i.test(key);
  const show = (key: string, value: string | undefined) => {
    if (value === undefined) return "(not set)";
    // A placeholder tells where a secret is, and is none.
    return isSecret(key) && !value.startsWith("${") ? "[secret]" : value;
  };
  const found = changedKeys(seen.config, wanted.config).map(
    (key) => `${key} ${show(key, seen.config[key])} → ${show(key, wanted.config[key])}`,
  );
  if (isAsDesired(seen, wanted.desiredState)) return found;
  const state = seen.desiredState === wanted.desiredState ? summary(seen) : seen.desiredState;
  return [...found, `${state} → ${wanted.desiredState}`];
}
