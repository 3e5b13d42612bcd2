/** The plan of a stack whose workers and guard want a login, for whoever can find it. */
import type { HttpAccess, HttpEndpoint } from "../lib/endpoint.ts";
import { isMonitored } from "./guard.ts";
import type { ConnectPlan, PipelinePlan } from "./types.ts";

type Access = () => Promise<HttpAccess | undefined>;

const reachedWith = (access: Access) => (endpoint: HttpEndpoint) =>
  endpoint.login === undefined ? endpoint : { ...endpoint, access };

/** Workers and guard have one login. @param access as below. */
export function withRestLogin(plan: PipelinePlan, access: Access): PipelinePlan {
  const { guard } = plan;
  const connect = withConnectLogin(plan.connect, access);
  if (!isMonitored(guard)) return { ...plan, connect };
  const { endpoints } = guard;
  const fromHost = reachedWith(access)(endpoints.fromHost);
  return { ...plan, connect, guard: { ...guard, endpoints: { ...endpoints, fromHost } } };
}

/**
 * @param access how they are reached; undefined as long as there is no worker to ask.
 * @returns the same plan where nobody logs in.
 */
export function withConnectLogin(connect: ConnectPlan, access: Access): ConnectPlan {
  const reached = reachedWith(access);
  const workers = connect.workers.map((worker) => ({
    ...worker,
    endpoints: { ...worker.endpoints, fromHost: reached(worker.endpoints.fromHost) },
  }));
  return { ...connect, workers, endpoints: { ...connect.endpoints, fromHost: reached(connect.endpoints.fromHost) } };
}
