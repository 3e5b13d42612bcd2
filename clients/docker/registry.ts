/**
 * Whether images that are not on the engine can be pulled. The engine itself is asked, as it is what will pull: through its own
 * mirrors, proxies and name servers, which this machine need not have. Nothing is pulled.
 */
import { ToolError } from "../../lib/run.ts";
import { docker, saidOf } from "./client.ts";

/** Whether an image that is not on the engine can be pulled; otherwise why not, in the words of engine or registry. */
export type PullView =
  /** `digest`: of what the tag stands for, the index where there are several platforms; left out where only a login shows it. */
  | { readonly kind: "there"; readonly digest?: string }
  /** `none`: the registry does not have it; `unreached`: the engine does not reach the registry. */
  | { readonly kind: "none" | "unreached" | "unknown"; readonly why: string };

/** An engine gives a registry 15 s to answer. */
const answerLimitMs = 25_000;

/** Looks for an image in its registry. Never rejects: what could not be found out is an answer too. */
export async function lookForPull(reference: string): Promise<PullView> {
  const asked = await askEngine(reference);
  if (asked.kind !== "denied") return asked;
  // The engine was asked without a login; the docker command knows those of `docker login`.
  const withLogin = await askWithLogin(reference);
  return withLogin.kind === "denied" ? { kind: "none", why: withLogin.why } : withLogin;
}

type Answer = PullView | { readonly kind: "denied"; readonly why: string };

/** `docker system dial-stdio` speaks the engine's API, wherever the engine is. */
async function askEngine(reference: string): Promise<Answer> {
  const request = `GET /distribution/${reference}/json HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n`;
  try {
    // Half closed, a connection would count as given up by who asked.
    const options = { input: request, holdInput: true, timeoutMs: answerLimitMs };
    return parseAnswer(await docker(["system", "dial-stdio"], options));
  } catch (error) {
    return unknown(error);
  }
}

async function askWithLogin(reference: string): Promise<Answer> {
  try {
    await docker(["manifest", "inspect", reference], { timeoutMs: answerLimitMs });
    return { kind: "there" };
  } catch (error) {
    if (!(error instanceof ToolError) || error.exitCode === undefined) return unknown(error);
    return judge(error.stderr.trim().split("\n").at(-1) ?? "");
  }
}

function unknown(error: unknown): PullView {
  const isCutOff = error instanceof ToolError && error.exitCode === undefined;
  return { kind: "unknown", why: isCutOff ? `no answer within ${answerLimitMs / 1000} s` : saidOf(error) };
}

/** @param text a whole answer of HTTP, to a question for an image's distribution. */
export function parseAnswer(text: string): Answer {
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
  if (status === 200) {
    const digest = /"digest"\s*:\s*"(sha256:[0-9a-f]{64})"/.exec(text)?.[1];
    return digest === undefined ? { kind: "there" } : { kind: "there", digest };
  }
  const message = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  if (message === undefined) return { kind: "unknown", why: status === 0 ? "no answer" : `HTTP ${status}` };
  return judge(String(JSON.parse(message)));
}

/** What an engine or a registry says instead of the image. */
function judge(why: string): Answer {
  if (/manifest unknown|name unknown|no such manifest|^(?!.*page not found).*\bnot found$/i.test(why))
    return { kind: "none", why };
  if (/denied|unauthorized|authentication required/i.test(why)) return { kind: "denied", why };
  const isUnreached =
    /no such host|connection refused|no route to host|network is unreachable|i\/o timeout|timeout exceeded|proxyconnect|x509|server misbehaving|TLS handshake/i;
  return { kind: isUnreached.test(why) ? "unreached" : "unknown", why };
}
