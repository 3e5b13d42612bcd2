/** What `cdc:security: tls` does not go together with. */
import type { PipelineConfig } from "../config/schema.ts";
import type { Problem } from "../lib/problem.ts";

/** CDC-440: services that would still be open. CDC-441: new passwords for whom nobody has one. */
export function findSecurityProblems(config: PipelineConfig): Problem[] {
  const { security, readSide, monitoring, kafka, rotation } = config;
  const [isPlain, isTheirs] = [security === "plain", kafka.existing !== undefined];
  return [
    ...(readSide.enabled && !isPlain ? [open("cdc:readSide", "the search engine and the search page")] : []),
    ...(monitoring.prometheus.enabled && !isPlain ? [open("cdc:monitoring.prometheus", "Prometheus")] : []),
    ...(rotation.kafkaAccounts !== undefined && (isPlain || isTheirs)
      ? [noPassword("kafkaAccounts", "brokers of the stack's own and cdc:security: tls")]
      : []),
    ...(rotation.connectLogin !== undefined && isPlain ? [noPassword("connectLogin", "cdc:security: tls")] : []),
  ];
}

function noPassword(field: "connectLogin" | "kafkaAccounts", who: string): Problem {
  return {
    code: "CDC-441",
    path: `cdc:rotation.${field}`,
    message: `found a word: there is such a password only with ${who}`,
    remedy: `remove cdc:rotation.${field}`,
  };
}

function open(path: string, what: string): Problem {
  return {
    code: "CDC-440",
    path: `${path}.enabled`,
    message: `found true beside cdc:security: tls: ${what} would let everybody in on this machine, without TLS`,
    remedy: `write ${path}.enabled: false, or cdc:security: plain`,
  };
}
