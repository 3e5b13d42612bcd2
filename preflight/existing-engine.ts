/** A search engine that somebody else runs: whether it lets this stack's user in, before anything is made. */
import { withAccess, type HttpEndpoint } from "../lib/endpoint.ts";
import { enginePassword, type Passwords } from "../lib/passwords.ts";
import type { Problem } from "../lib/problem.ts";
import { UserError } from "../lib/run.ts";
import type { PipelinePlan } from "../plan/types.ts";

/** The status of an engine's answer at its root. @throws Error without one; UserError when no encrypted connection came about. */
export type AskEngine = (engine: HttpEndpoint) => Promise<number>;

/** A person waits for the preview. */
const answerLimitMs = 5000;

const askEngine: AskEngine = async (engine) => {
  const { askHttp } = await import("../clients/http.ts");
  const signal = AbortSignal.timeout(answerLimitMs);
  return (await askHttp("the search engine", engine, { method: "GET", path: "/", body: undefined, signal })).status;
};

/** CDC-733. One that does not answer is no problem yet: `up` waits for nobody, and says so where the engine is needed. */
export async function checkExistingEngine(
  { readSide }: PipelinePlan,
  passwords: Passwords,
  ask: AskEngine = askEngine,
): Promise<Problem[]> {
  if (readSide === undefined || readSide.engine !== undefined) return [];
  const { fromHost } = readSide.endpoints;
  const password = passwords.get(enginePassword);
  try {
    const status = await ask(withAccess(fromHost, password === undefined ? undefined : { password }));
    return status === 401 || status === 403 ? [notLetIn(fromHost, status)] : [];
  } catch (error) {
    return error instanceof UserError ? [refused(error)] : [];
  }
}

function notLetIn({ url, login }: HttpEndpoint, status: number): Problem {
  return {
    code: "CDC-733",
    path: "cdc:readSide.engineLogin",
    message:
      login === undefined
        ? `${url} wants a login (HTTP ${status})`
        : `${url} does not let ${login.user} in (HTTP ${status})`,
    remedy:
      login === undefined
        ? "add cdc:readSide.engineLogin with a user of the engine's, and its password by pulumi config set --secret --path cdc:readSide.engineLogin.password"
        : "see whether the engine has that user with that password, and write both again: pulumi config set --secret --path cdc:readSide.engineLogin.password",
  };
}

function refused({ message }: UserError): Problem {
  return {
    code: "CDC-733",
    path: "cdc:readSide.engineUrl",
    message,
    remedy:
      "give the certificate of the authority that signed the engine's by cdc:readSide.engineCaFile; reach it by a name that its certificate has; where it speaks no TLS, write http://",
  };
}
