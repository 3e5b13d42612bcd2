/** A request by HTTP, encrypted and with a login where the endpoint says so. */
import { once } from "node:events";
import { request as plainRequest, type IncomingMessage } from "node:http";
import { request as encryptedRequest } from "node:https";
import { text } from "node:stream/consumers";
import type { HttpAccess, HttpEndpoint } from "../lib/endpoint.ts";
import { httpsOptions, tlsError } from "./tls.ts";

export interface HttpQuestion {
  readonly method: string;
  /** Behind the endpoint's URL, with a slash in front. */
  readonly path: string;
  /** Sent as JSON; undefined for no body. */
  readonly body: unknown;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** What HTTP calls it: `Not Found`. */
  readonly statusText: string;
  readonly text: string;
}

/**
 * Asks, and reads the whole answer, whatever its status.
 * @param service who is asked, for errors: `Kafka Connect`.
 * @throws TlsError when no encrypted connection comes about; the signal's reason; else the network's own error.
 */
export async function askHttp(
  service: string,
  address: HttpEndpoint,
  { method, path, body, signal }: HttpQuestion,
): Promise<HttpAnswer> {
  const root = rootOf(address);
  const access = await accessOf(address);
  const auth = authOf(address, access);
  const request = root.startsWith("https:") ? encryptedRequest : plainRequest;
  const content = body === undefined ? undefined : JSON.stringify(body);
  const asked = request(`${root}${path}`, {
    ...httpsOptions(trusting(address, access)),
    // A connection of its own: one that was kept may be gone by now, and only the request would tell.
    agent: false,
    ...(auth !== undefined && { auth }),
    method,
    signal,
    headers: {
      accept: "*/*",
      ...(content !== undefined && {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(content),
      }),
    },
  });
  // What fails once the answer has begun is told by reading it.
  asked.on("error", () => {});
  asked.end(content);
  try {
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    return {
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? "",
      text: await text(response),
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw tlsError(`${service} at ${root}`, error) ?? error;
  }
}

/** What its login wants; nothing is fetched where nobody logs in. */
export async function accessOf({ login, access }: HttpEndpoint): Promise<HttpAccess | undefined> {
  return login === undefined ? undefined : await access?.();
}

/** The endpoint, held to the authority that came with its login. */
export function trusting(address: HttpEndpoint, access: HttpAccess | undefined): HttpEndpoint {
  return access?.ca === undefined ? address : { ...address, tls: { ca: access.ca } };
}

/** `USER:PASSWORD`, where somebody logs in. */
export function authOf({ login }: HttpEndpoint, access: HttpAccess | undefined): string | undefined {
  return login === undefined ? undefined : `${login.user}:${access?.password ?? ""}`;
}

/** An endpoint's URL, to which a path can be added. */
export function rootOf({ url }: HttpEndpoint): string {
  return url.replace(/\/$/, "");
}
