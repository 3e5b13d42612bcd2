/** The search engine's client, with errors for the person who meets them. */
import { Client, errors, Transport, type ApiError, type ApiResponse } from "@opensearch-project/opensearch";
import type {
  TransportRequestCallback,
  TransportRequestOptions,
  TransportRequestParams as Request,
  TransportRequestPromise,
} from "@opensearch-project/opensearch/lib/Transport.js";
import { UserError } from "../../lib/run.ts";
import type { HttpEndpoint } from "../../lib/endpoint.ts";
import { accessOf, authOf, rootOf } from "../http.ts";
import { httpsOptions, tlsError } from "../tls.ts";

type Callback = (error: ApiError, result: ApiResponse) => void;

/** What went wrong with a request: the engine is out of reach, does not answer in time, or refuses. */
export class EngineError extends UserError {
  /** HTTP status of the engine's answer; undefined when there was none. */
  readonly status: number | undefined;
  /** The engine's name for it, such as `index_not_found_exception`; undefined when it gave none. */
  readonly type: string | undefined;

  constructor(message: string, remedy: string, answer: { status?: number; type?: string }, options?: ErrorOptions) {
    super(message, remedy, options);
    this.status = answer.status;
    this.type = answer.type;
  }
}

/**
 * Every call of the API comes through here, so that all of them fail in the same words, and log in. Sent unasked: a challenge would mean
 * every request twice.
 */
const transportTo = (address: HttpEndpoint) =>
  class EngineTransport extends Transport {
    override request(params: Request, options?: TransportRequestOptions): TransportRequestPromise<ApiResponse>;
    override request(params: Request, options?: TransportRequestOptions, callback?: Callback): TransportRequestCallback;
    override request(
      params: Request,
      options?: TransportRequestOptions,
      callback?: Callback,
    ): TransportRequestCallback | TransportRequestPromise<ApiResponse> {
      // The API's methods give a callback only where their caller does; none of ours does.
      if (callback !== undefined) return super.request(params, options, callback);
      const told = accessOf(address)
        .then((access) => authOf(address, access))
        .then(async (auth) => await super.request(params, auth === undefined ? options : withLogin(auth, options)))
        .catch((error: unknown) => {
          throw engineError(error, params, `${rootOf(address)}/`, address.login !== undefined);
        });
      // Nobody here ends a request before its time.
      return Object.assign(told, { abort: () => {} });
    }
  };

function withLogin(auth: string, options: TransportRequestOptions = {}): TransportRequestOptions {
  return {
    ...options,
    headers: { ...options.headers, authorization: `Basic ${Buffer.from(auth).toString("base64")}` },
  };
}

/**
 * A client of the engine; close it when done. Its calls fail with EngineError.
 * Integers beyond 2^53 arrive as bigint, and bigint may be sent; fractions are doubles, so exact ones have to be strings.
 *
 * @param address of the engine's REST API
 * @param options.timeoutMs how long a request may take, 30 s unless told; a single one may say otherwise by `requestTimeout`
 * Upstream: https://docs.opensearch.org/latest/clients/javascript/index/
 */
export function engineClient(address: HttpEndpoint, options: { timeoutMs?: number } = {}): Client {
  return new Client({
    node: address.url,
    ssl: httpsOptions(address),
    Transport: transportTo(address),
    requestTimeout: options.timeoutMs ?? 30_000,
    // Once more, as the engine may have closed the connection that was kept. Longer waits are the caller's.
    maxRetries: 1,
    enableLongNumeralSupport: true,
    // A JSON column may hold keys of these names; documents are never merged into other objects.
    disablePrototypePoisoningProtection: true,
  });
}

/** True when the request went wrong because what it names is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof EngineError && error.status === 404;
}

function engineError(error: unknown, request: Request, root: string, hasLogin: boolean): unknown {
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode;
    const { type, reason } = reasonOf(error.body);
    return new EngineError(
      `the search engine answers ${status} to ${request.method} ${request.path}: ${reason}`,
      remedyFor(status, root, hasLogin),
      { status, ...(type !== undefined && { type }) },
      { cause: error },
    );
  }
  if (error instanceof errors.TimeoutError) {
    return new EngineError(
      `the search engine at ${root} does not answer ${request.method} ${request.path} in time`,
      "See whether its container is healthy or busy (`docker stats`), then try again.",
      {},
      { cause: error },
    );
  }
  const refused = tlsError(`the search engine at ${root}`, error);
  if (refused !== undefined) return new EngineError(refused.message, refused.remedy, {}, { cause: error });
  if (error instanceof errors.ConnectionError || error instanceof errors.NoLivingConnectionsError) {
    return new EngineError(
      `the search engine is out of reach at ${root} (${error.message || "no connection"})`,
      "See whether its container runs (`docker ps`), then try again.",
      {},
      { cause: error },
    );
  }
  return error;
}

function remedyFor(status: number, root: string, hasLogin: boolean): string {
  if (status === 401) {
    return hasLogin
      ? "See whether the engine knows the user of its endpoint's `login` with the password that was given."
      : "Name an engine that asks for no login (cdc:readSide.engineUrl), or give its endpoint a `login` and the client the password.";
  }
  if (status === 403) return "Give the user a role that may do that, on the engine or on the proxy in front of it.";
  return status >= 500 || status === 429
    ? "Look at the engine's log and at `curl " + root + "_cluster/health`, then try again."
    : "Look at what the engine names, then try again.";
}

interface ErrorCause {
  readonly type?: string;
  readonly reason?: string;
  readonly caused_by?: ErrorCause;
}

/** What went wrong, and why, down to the first cause: that is where a field is named. */
function reasonsOf({ reason, caused_by: cause }: ErrorCause): string[] {
  return [...(reason === undefined ? [] : [reason]), ...(cause === undefined ? [] : reasonsOf(cause))];
}

/** An error's answer; what comes from a proxy is text. */
function reasonOf(body: unknown): { type?: string; reason: string } {
  if (typeof body === "object" && body !== null && "found" in body) return { reason: "no such document" };
  const error = typeof body === "object" && body !== null && "error" in body ? body.error : body;
  if (typeof error === "object" && error !== null) {
    const { type, reason } = error as ErrorCause;
    const told = [...new Set(reasonsOf(error))].join(": ");
    if (reason !== undefined) return { ...(type !== undefined && { type }), reason: oneLine(told) };
  }
  return { reason: typeof error === "string" && error !== "" ? oneLine(error) : "no reason given" };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, 300);
}
