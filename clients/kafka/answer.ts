/** Telling a broker that does not answer from one that refuses. */
import { AuthenticationError, NetworkError, TimeoutError } from "@platformatic/kafka";
import { UnreachableError } from "../../lib/run.ts";
import type { KafkaAddress } from "./connection.ts";
import { tlsError } from "../tls.ts";

/**
 * Asks Kafka something. That no broker answers, or lets nobody in, is said in one line; what a broker answers passes as it is.
 * @param kafka what the line names.
 * @throws Error `no answer from Kafka at …`; TlsError; UnreachableError when the login is refused; or what the library threw for
 * a broker's answer.
 */
export async function answerFrom<T>(kafka: KafkaAddress, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    const cause = innermost(error);
    const { bootstrap } = kafka;
    const told = tlsError(`Kafka at ${bootstrap}`, cause) ?? refusedLogin(kafka, cause) ?? hungUp(kafka, cause);
    if (told !== undefined) throw told;
    if (!(cause instanceof NetworkError || cause instanceof TimeoutError || isSystemError(cause))) throw cause;
    throw new Error(`no answer from Kafka at ${bootstrap} (${cause.message}); is the broker's container running?`, {
      cause: error,
    });
  }
}

function refusedLogin({ bootstrap, sasl }: KafkaAddress, cause: unknown): UnreachableError | undefined {
  if (sasl === undefined || !(cause instanceof AuthenticationError)) return undefined;
  // It did not come so far: the server of tokens gave none.
  if (cause.cause instanceof UnreachableError) return cause.cause;
  return new UnreachableError(
    `Kafka at ${bootstrap} does not let ${sasl.user} in by ${sasl.mechanism} (${cause.message})`,
    sasl.token === undefined
      ? "See whether the brokers know that user with the password that was given, and take that mechanism (sasl.enabled.mechanisms)."
      : "See whether the brokers take tokens of that server for themselves (sasl.oauthbearer.jwks.endpoint.url, expected.issuer, expected.audience).",
    { cause },
  );
}

/** Under TLS 1.3 a client is in before the broker has looked at its certificate; the alert of one who hangs up may be lost. */
function hungUp({ bootstrap, certificate }: KafkaAddress, cause: unknown): UnreachableError | undefined {
  if (certificate === undefined || !(cause instanceof Error) || !/closed|ECONNRESET|EPIPE/.test(cause.message))
    return undefined;
  return new UnreachableError(
    `Kafka at ${bootstrap} hung up (${cause.message}) on a client with the certificate of ${certificate.subject}`,
    "See whether a broker runs there, and trusts the authority that signed that certificate (ssl.truststore of its listener).",
    { cause },
  );
}

/** The library wraps an error once for each of its layers; the first one says what happened. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (error instanceof NetworkError && error.cause instanceof Error) return innermost(error.cause);
  return error;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
