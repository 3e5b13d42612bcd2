/** What is wrong with who is told of alerts, where Alertmanager would not say it. */
import type { AlertsTo } from "../config/alerts-to.ts";
import { refuse } from "../lib/problem.ts";
import { isLoopbackHost } from "./endpoints.ts";

/**
 * The receiver as it is given; undefined for nobody. Its URL is shown in no message, as it may hold a token.
 * @throws ProblemError (CDC-418) for a webhook that is the container that would call it.
 */
export function withReach(receiver: AlertsTo | undefined): AlertsTo | undefined {
  const urls = (receiver?.["webhook_configs"] ?? []).map((one) => (one as { url?: unknown } | null)?.url);
  const hosts = urls.flatMap((url) => (typeof url === "string" && URL.canParse(url) ? [new URL(url).hostname] : []));
  const problems = hosts.filter(isLoopbackHost).map((host) => ({
    code: "CDC-418" as const,
    path: "cdc:monitoring.alertsTo",
    message: `its URL names ${host}; in Alertmanager's container that is the container itself`,
    remedy:
      "give it an address of this machine that containers reach, on which the receiver listens (docker network inspect bridge shows one)",
  }));
  refuse(problems);
  return receiver;
}
