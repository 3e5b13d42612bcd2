/** What it means when a worker lets nobody in, and what helps. */
import type { HttpEndpoint } from "../../lib/endpoint.ts";

/**
 * @param request what was asked: `GET /connectors`.
 * @param said the worker's words.
 * @returns undefined for every other status than 401 and 403.
 */
export function refusedLogin(
  { url, login }: HttpEndpoint,
  status: number,
  request: string,
  said: string,
): { message: string; remedy: string } | undefined {
  if (status === 401) {
    const message = `Kafka Connect at ${url} does not let ${login?.user ?? "anybody without a login"} in: ${said}`;
    const remedy =
      login === undefined
        ? "take the login away from the worker (rest.extension.classes in cdc:connect.properties), or give its endpoint a `login` and the client the password"
        : "see whether the worker knows that user with the password that was given";
    return { message, remedy };
  }
  if (status === 403) {
    const message = `Kafka Connect at ${url} does not let ${login?.user ?? "anybody without a login"} do ${request}: ${said}`;
    return { message, remedy: "give that user the right to it, on the worker or on the proxy in front of it" };
  }
  return undefined;
}
