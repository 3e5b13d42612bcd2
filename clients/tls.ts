/** TLS of a connection, for all systems alike: what Node is given, and what its refusals mean. */
import { once } from "node:events";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { HttpEndpoint, Tls } from "../lib/endpoint.ts";
import { messageOf, UnreachableError } from "../lib/run.ts";

/** No encrypted connection came about; nothing was asked, and no password was sent. */
export class TlsError extends UnreachableError {}

/** Options of node:tls, PEM: whom to trust, and what is shown to who wants a certificate of its clients. */
export interface NodeTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Whom to trust. */
export function tlsOptions({ ca }: Tls = {}): Pick<NodeTls, "ca"> {
  return ca === undefined ? {} : { ca };
}

/** A name is told to the server (SNI), which may have a certificate for each; TLS knows no such thing for an IP address. */
export function serverNameOf(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

/**
 * The same for a service that speaks HTTP.
 * @throws TlsError when the endpoint says whom to trust, and its URL is not encrypted.
 */
export function httpsOptions({ url, tls }: HttpEndpoint): { ca?: string } {
  if (tls !== undefined && !url.startsWith("https:")) {
    throw new TlsError(
      `${url} is to be reached by TLS, and is no https: address`,
      "Write https: in the endpoint's `url`, or take `tls` from it.",
    );
  }
  return tlsOptions(tls);
}

const trust =
  "Give the certificate of the authority that signed it as `tls.ca` of the endpoint, or name its file in NODE_EXTRA_CA_CERTS and run the " +
  "command again; one that has expired has to be renewed.";

/** By the words of OpenSSL, Node, mysql2 and @platformatic/kafka: not all of them pass on a code. */
const refusals: readonly { readonly said: RegExp; readonly what: string; readonly remedy: string }[] = [
  // What it says of the other end, by alerts of TLS (RFC 8446, 6.2).
  {
    said: /alert certificate required|peer did not return a certificate/i,
    what: "wants a certificate of its clients",
    remedy:
      "Give its endpoint a certificate and the private key to it (for Kafka tls.certFile, and tls.key or tls.keyFile).",
  },
  {
    said: /\balert (bad certificate|unsupported certificate|certificate (revoked|expired|unknown)|unknown ca|access denied)/i,
    what: "does not take the certificate that it was shown",
    remedy:
      "See whether that certificate is of an authority that the server trusts for its clients, and for clients (clientAuth), and has not ended.",
  },
  {
    said: /altnames/,
    what: "has the certificate of another name",
    remedy: "Reach it by a name that its certificate has, or have one made for this name too.",
  },
  { said: /certificate/i, what: "has a certificate that is not trusted", remedy: trust },
  {
    said: /requires TLS/,
    what: "takes encrypted connections alone",
    remedy: "Give its endpoint `tls`, or name a port that takes plain ones.",
  },
  {
    said: /SSL routines|TLS handshake failed|not support secure connection/,
    what: "gives no encrypted connection",
    remedy: "See whether this is its port for TLS; where it has none, take `tls` (or https:) from its endpoint.",
  },
];

/**
 * A failed connection in words, when TLS is why.
 * @param service whose, with its address: `Kafka at kafka:9093`.
 * @returns undefined when it failed for another reason.
 */
export function tlsError(service: string, error: unknown): TlsError | undefined {
  // Behind that, newer versions of Node advise options of their own.
  const [message = ""] = messageOf(error).split("; if the root CA is installed");
  const refusal = refusals.find(({ said }) => said.test(message));
  if (refusal === undefined) return undefined;
  return new TlsError(`${service} ${refusal.what} (${message})`, refusal.remedy, { cause: error });
}

/** When the certificate at the other end of a connection ends, in ms since 1970; undefined where the connection is not encrypted. */
export function certificateEndOf(socket: Partial<TLSSocket>): number | undefined {
  const end = Date.parse(socket.getPeerCertificate?.().valid_to ?? "");
  return Number.isNaN(end) ? undefined : end;
}

/**
 * Asks a server for its certificate, and tells when that ends, in ms since 1970.
 * @param limitMs how long that may take.
 * @throws the network's own error; also when the certificate is not trusted.
 */
export async function readCertificateEnd(host: string, port: number, tls: Tls, limitMs: number): Promise<number> {
  const socket = connect({ host, port, ...serverNameOf(host), ...tlsOptions(tls) });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(limitMs) });
    const end = certificateEndOf(socket);
    if (end === undefined) throw new Error(`${host}:${port} has no certificate`);
    return end;
  } finally {
    socket.destroy();
  }
}
