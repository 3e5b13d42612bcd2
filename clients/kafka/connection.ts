/** How everybody here connects to Kafka. */
import type { BaseOptions } from "@platformatic/kafka";
import type { KafkaEndpoint, SaslUser } from "../../lib/endpoint.ts";
import { tokens } from "./tokens.ts";
import { serverNameOf, tlsOptions, type NodeTls } from "../tls.ts";

/** An endpoint with the password of `sasl.user`, or with how to get it. */
export interface KafkaAddress extends Omit<KafkaEndpoint, "password"> {
  readonly password?: string | (() => Promise<string>);
}

/**
 * The options of an Admin, Consumer or Producer. Whether to try again is the caller's to say. A broker that is frozen takes
 * connections and answers nothing: it is given 10 s, unless told otherwise.
 * @throws UnreachableError when the certificate that is to be shown cannot be read.
 */
export function connectionTo(kafka: KafkaAddress, clientId: string, answerLimitMs = 10_000) {
  const { tls, sasl, password = "" } = kafka;
  return {
    clientId,
    bootstrapBrokers: kafka.bootstrap.split(","),
    retries: 0,
    connectTimeout: 5000,
    requestTimeout: answerLimitMs,
    ...(tls !== undefined && {
      tls: { ...tlsOptions(tls), ...ownCertificate(kafka) },
      tlsServerName: brokersOf(kafka).every(({ host }) => "servername" in serverNameOf(host)),
    }),
    ...(sasl !== undefined && { sasl: loginOf(sasl, password) }),
  } satisfies Partial<BaseOptions>;
}

function loginOf(sasl: SaslUser, password: NonNullable<KafkaAddress["password"]>) {
  const { mechanism, user, token } = sasl;
  return token === undefined
    ? { mechanism, username: user, password }
    : { mechanism, token: tokens(sasl, token, password) };
}

/** What node:tls shows the brokers; nothing where nobody is known by a certificate. @throws UnreachableError when it cannot be read. */
export function ownCertificate({ certificate, keystore }: Pick<KafkaAddress, "certificate" | "keystore">): NodeTls {
  if (certificate === undefined || keystore === undefined) return {};
  const pem = keystore();
  // OpenSSL takes from a text what it looks for.
  return { cert: pem, key: pem };
}

/** The brokers of a bootstrap address. */
export function brokersOf({ bootstrap }: Pick<KafkaEndpoint, "bootstrap">): { host: string; port: number }[] {
  return bootstrap.split(",").map((address) => {
    const at = address.lastIndexOf(":");
    return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
  });
}
