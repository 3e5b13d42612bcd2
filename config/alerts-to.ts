/** Who is told of alerts: what `cdc:monitoring.alertsTo` holds once it is decrypted. No message shows any of it. */
import { parse } from "yaml";
import { refuse } from "../lib/problem.ts";

/** A receiver as Alertmanager writes it, without its name: lists by what they are called, `webhook_configs` and its like. */
export type AlertsTo = Readonly<Record<string, readonly unknown[]>>;

/**
 * The receiver that a text is, or means: the URL of a webhook is one, too.
 * @throws ProblemError (CDC-417) when it is neither.
 */
export function readAlertsTo(text: string): AlertsTo {
  const found = /^[a-z][a-z0-9+.-]*:\/\/\S*$/i.test(text.trim()) ? webhook(text.trim()) : ownReceiver(text);
  if (typeof found !== "string") return found;
  const path = "cdc:monitoring.alertsTo";
  refuse([
    {
      code: "CDC-417",
      path,
      message: `found ${found}; allowed is http://… or https://…, or a receiver as Alertmanager writes it (slack_configs and its like), without a name`,
      remedy: `give it anew: pulumi config set --secret --path '${path}'`,
    },
  ]);
  throw new Error("unreachable: a refusal that stops nothing");
}

/** Both tell what was found when it is none. */
function webhook(text: string): AlertsTo | string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return "a URL that is not of HTTP";
  return { webhook_configs: [{ url: url.href, send_resolved: true }] };
}

/** What is wrong inside of it, Alertmanager says. */
function ownReceiver(text: string): AlertsTo | string {
  let found: unknown;
  try {
    found = parse(text);
  } catch {
    return "a text that is neither a URL nor YAML";
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) return "a text that is no URL";
  const entries = Object.entries(found as Record<string, unknown>);
  const isReceiver = entries.every(([key, value]) => /^[a-z0-9]+_configs$/.test(key) && Array.isArray(value));
  return isReceiver && entries.length > 0
    ? (found as AlertsTo)
    : "YAML with something else than lists called …_configs";
}
