/** What `cdc:security: tls` does not go together with. */
import type { PipelineConfig } from "../config/schema.ts";
import type { Problem } from "../lib/problem.ts";

/** CDC-440: services that would still be open. */
export function findSecurityProblems({ security, readSide, monitoring }: PipelineConfig): Problem[] {
  if (security === "plain") return [];
  return [
    ...(readSide.enabled ? [open("cdc:readSide", "the search engine and the search page")] : []),
    ...(monitoring.prometheus.enabled ? [open("cdc:monitoring.prometheus", "Prometheus")] : []),
  ];
}

function open(path: string, what: string): Problem {
  return {
    code: "CDC-440",
    path: `${path}.enabled`,
    message: `found true beside cdc:security: tls: ${what} would let everybody in on this machine, without TLS`,
    remedy: `write ${path}.enabled: false, or cdc:security: plain`,
  };
}
