/** What `cdc:security: tls` does not go together with. */
import type { PipelineConfig } from "../config/schema.ts";
import type { Problem } from "../lib/problem.ts";

/** CDC-440: services that would still be open. CDC-441: new passwords for whom nobody has one. CDC-442: what somebody else runs, open. */
export function findSecurityProblems(config: PipelineConfig): Problem[] {
  const { security, readSide, monitoring, kafka, rotation } = config;
  const [isPlain, isTheirs] = [security === "plain", kafka.existing !== undefined];
  return [
    ...(isPlain ? [] : [...openServices(readSide, monitoring), ...openElsewhere(config)]),
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

function openServices(readSide: PipelineConfig["readSide"], monitoring: PipelineConfig["monitoring"]): Problem[] {
  const isEngineOurs = readSide.engineUrl === undefined;
  return [
    ...(readSide.enabled && isEngineOurs
      ? [
          open(
            "cdc:readSide",
            "a search engine of the stack's own",
            "name an engine that has TLS and logins by cdc:readSide.engineUrl and engineLogin",
          ),
        ]
      : []),
    ...(readSide.enabled && !isEngineOurs && readSide.page.enabled
      ? [open("cdc:readSide.page", "the search page")]
      : []),
    ...(monitoring.prometheus.enabled ? [open("cdc:monitoring.prometheus", "Prometheus")] : []),
  ];
}

function open(path: string, what: string, instead?: string): Problem {
  return {
    code: "CDC-440",
    path: `${path}.enabled`,
    message: `found true beside cdc:security: tls: ${what} would let everybody in on this machine, without TLS`,
    remedy: `write ${path}.enabled: false, or cdc:security: plain${instead === undefined ? "" : `, or ${instead}`}`,
  };
}

/** What somebody else runs is as open as they leave it: with the switch on it may be no more open than the stack's own. */
function openElsewhere({ shards, kafka: { existing }, readSide }: PipelineConfig): Problem[] {
  const openAt = (path: string, message: string, remedy: string): Problem => ({
    code: "CDC-442",
    path,
    message: `${message}, beside cdc:security: tls`,
    remedy: `${remedy}, or write cdc:security: plain`,
  });
  const { engineUrl } = readSide;
  const inClear = (path: string) =>
    openAt(path, "found false: its connections would go in clear", "have the server speak TLS, and take the field out");
  return [
    ...(existing?.tls === false ? [inClear("cdc:kafka.existing.tls")] : []),
    ...(existing !== undefined && existing.sasl === undefined && !showsCertificate(existing.tls)
      ? [
          openAt(
            "cdc:kafka.existing.sasl",
            "is missing: nobody would log in",
            "write who logs in, by sasl or by tls.certFile",
          ),
        ]
      : []),
    ...shards.flatMap(({ mysql }, index) => (mysql?.tls === false ? [inClear(`cdc:shards[${index}].mysql.tls`)] : [])),
    ...(readSide.enabled && engineUrl?.startsWith("http:") === true
      ? [
          openAt(
            "cdc:readSide.engineUrl",
            `found ${engineUrl}: rows would go in clear`,
            "write an https:// address of the engine",
          ),
        ]
      : []),
    ...(readSide.enabled && engineUrl !== undefined && readSide.engineLogin === undefined
      ? [openAt("cdc:readSide.engineLogin", "is missing: nobody would log in", "write who logs in")]
      : []),
  ];
}

function showsCertificate(tls: NonNullable<PipelineConfig["kafka"]["existing"]>["tls"]): boolean {
  return typeof tls === "object" && tls.certFile !== undefined;
}
