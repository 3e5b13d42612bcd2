/** A worker that wants a login, as resources keep how it is reached: a secret input beside the target. */
import { httpEndpoint, withAccess, type HttpAccess, type HttpEndpoint } from "../lib/endpoint.ts";

/** @param access undefined where nobody logs in. */
export function withConnectAccess<Target extends { readonly connect: HttpEndpoint }>(
  target: Target,
  access: HttpAccess | undefined,
): Target {
  return access === undefined ? target : { ...target, connect: withAccess(httpEndpoint(target.connect), access) };
}
