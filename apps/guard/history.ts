/** Whether connectors' places are still those of their servers' histories: asked of the servers, as the connector's account. */
import type { ConnectorOffset } from "../../clients/connect/client.ts";
import { findLoss } from "../../clients/debezium/history/find-loss.ts";
import type { ServerLogin } from "../../clients/debezium/history/read.ts";
import { authorityKey, authorityPem } from "../../lib/connector-secrets.ts";
import { connectorSecretsFile, secretsFolder } from "../../lib/constants.ts";
import { secretOf } from "./secrets.ts";
import { lossCodes, type LossWords } from "../../clients/debezium/history/words.ts";

/**
 * Judges the place that offsets tell of.
 * @param name the connector's.
 * @param config as the worker has it, with placeholders for secrets.
 * @param rests whether somebody has paused or stopped it.
 * @returns how it is lost; undefined when it is not.
 * @throws Error when the server does not answer, or may not be asked.
 */
export async function lossOf(
  name: string,
  config: Readonly<Record<string, string>>,
  offsets: readonly ConnectorOffset[],
  rests: boolean,
): Promise<LossWords | undefined> {
  const loss = await findLoss(offsets, await loginOf(config), config["snapshot.mode"], name);
  // A purged binlog is no other history: who streams goes on rightly, and who begins is refused by Debezium itself.
  // Who rests would begin there: nobody else tells of it before that.
  return loss?.code === lossCodes.purged && !rests ? undefined : loss;
}

/** How a connector logs in to its server. @param config as the worker has it, with placeholders for secrets. */
export async function loginOf(config: Readonly<Record<string, string>>): Promise<ServerLogin> {
  return {
    host: config["database.hostname"] ?? "",
    port: Number(config["database.port"] ?? 3306),
    user: config["database.user"] ?? "",
    password: await resolved(config["database.password"] ?? ""),
    ...(await tlsOf(config)),
  };
}

/** Whom the connector trusts: a truststore of the plan's has the same certificates as the file of secrets. */
async function tlsOf(config: Readonly<Record<string, string>>): Promise<Pick<ServerLogin, "tls">> {
  const truststore = config["database.ssl.truststore"];
  if (truststore?.startsWith(`${secretsFolder}/`) === true) {
    const ca = authorityPem(await secretOf(connectorSecretsFile, authorityKey(truststore)));
    return { tls: { ca, ...(config["database.ssl.mode"] === "verify_ca" && { verify: "ca" }) } };
  }
  return truststore === undefined && config["database.ssl.mode"]?.startsWith("verify_") === true ? { tls: {} } : {};
}

/** A placeholder of Kafka's FileConfigProvider; the guard has the file at the same path as the workers. */
const placeholder = /^\$\{file:([^:}]+):([^}]+)\}$/;

async function resolved(value: string): Promise<string> {
  const [, file, key = ""] = placeholder.exec(value) ?? [];
  return file === undefined ? value : await secretOf(file, key);
}
