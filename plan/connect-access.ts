/** The plan of a stack whose workers want a login, for whoever can find it. */
import type { HttpAccess, HttpEndpoint } from "../lib/endpoint.ts";
import type { ConnectPlan } from "./types.ts";

/**
 * @param access how they are reached; undefined as long as there is no worker to ask.
 * @returns the same plan where nobody logs in.
 */
export function withConnectLogin(connect: ConnectPlan, access: () => Promise<HttpAccess | undefined>): ConnectPlan {
  const reached = (endpoint: HttpEndpoint) => (endpoint.login === undefined ? endpoint : { ...endpoint, access });
  const workers = connect.workers.map((worker) => ({
    ...worker,
    endpoints: { ...worker.endpoints, fromHost: reached(worker.endpoints.fromHost) },
  }));
  return { ...connect, workers, endpoints: { ...connect.endpoints, fromHost: reached(connect.endpoints.fromHost) } };
}
