/** How a connector on the worker differs from the one that is wanted, in words. */
import { changedKeys, type ConnectorInputs } from "../clients/connect/connector.ts";
import { isAsDesired, summary, type SeenStates } from "../clients/connect/status.ts";
import { isShowable } from "../lib/secrets.ts";
import type { Properties } from "./handler.ts";
import { secretsIn } from "./secrets.ts";

/**
 * @param news the wanted inputs as the engine sends them, in which secrets are marked.
 * @returns `KEY FOUND → WANTED` for each key, and the state; secrets masked.
 */
export function differences(seen: ConnectorInputs & SeenStates, wanted: ConnectorInputs, news: Properties): string[] {
  const wrapped = news["config"] as Properties;
  const marked = secretsIn(wrapped);
  const show = (key: string, value: string | undefined) => {
    if (value === undefined) return "(not set)";
    // A placeholder tells where a secret is, and is none.
    const isSecret = marked.includes(wanted.config[key] ?? "") && !/^\$\{[^}]+\}$/.test(value);
    return isSecret || !isShowable(key, value) ? "[secret]" : value;
  };
  const found = changedKeys(seen.config, wanted.config).map(
    (key) => `${key} ${show(key, seen.config[key])} → ${show(key, wanted.config[key])}`,
  );
  if (isAsDesired(seen, wanted.desiredState)) return found;
  const state = seen.desiredState === wanted.desiredState ? summary(seen) : seen.desiredState;
  return [...found, `${state} → ${wanted.desiredState}`];
}
