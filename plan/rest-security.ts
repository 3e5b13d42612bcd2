/** The workers' REST API by HTTPS and with a login, where `cdc:security` is tls: between workers too. */
import type { PipelineConfig } from "../config/schema.ts";
import {
  connectHealthPort,
  connectRestPort,
  restJaasFile,
  restKeystoreFile,
  restTruststoreFile,
} from "../lib/constants.ts";
import { keystorePassword } from "../lib/java-keystore.ts";
import { itself } from "./endpoints.ts";

type Secured = Pick<PipelineConfig, "security">;

/** Worker property: the extensions of its REST API, in their order. */
export const extensions = "rest.extension.classes";

/** Among Kafka's own jars (KIP-285). */
const basicAuth = "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";

const listener = "listeners.https.ssl";

/**
 * The worker's properties for it. Jetty serves, which reads Java's key stores alone and no PEM.
 * @param others extensions beside the login's.
 */
export function securedRest({ security }: Secured, others: string | undefined): Record<string, string> {
  if (security === "plain") return {};
  return {
    // The health check has no TLS. Only who is in the container gets there, and is asked for the login too.
    listeners: `https://0.0.0.0:${connectRestPort},http://${itself.address}:${connectHealthPort}`,
    "rest.advertised.listener": "https",
    [extensions]: [basicAuth, ...(others === undefined ? [] : [others])].join(","),
    [`${listener}.keystore.type`]: "JKS",
    [`${listener}.keystore.location`]: restKeystoreFile,
    [`${listener}.keystore.password`]: keystorePassword,
    [`${listener}.key.password`]: keystorePassword,
    [`${listener}.truststore.type`]: "JKS",
    [`${listener}.truststore.location`]: restTruststoreFile,
    // One worker asks another by its name.
    [`${listener}.endpoint.identification.algorithm`]: "https",
  };
}

/** The environment of a worker that knows who may log in. @param environment with KAFKA_OPTS. */
export function withLogin({ security }: Secured, environment: Record<string, string>): Record<string, string> {
  if (security === "plain") return environment;
  return {
    ...environment,
    KAFKA_OPTS: `${environment["KAFKA_OPTS"] ?? ""} -Djava.security.auth.login.config=${restJaasFile}`.trim(),
  };
}
