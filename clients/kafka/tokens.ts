/** Tokens with which brokers let a client in: OAuth 2, client credentials (RFC 6749, 4.4). */
import type { SaslUser, TokenSource } from "../../lib/endpoint.ts";
import { messageOf, UnreachableError } from "../../lib/run.ts";

/** How long a server of tokens may take to answer. */
const answerLimitMs = 10_000;

/** After this part of its life a token is asked for anew, as Kafka's own clients do (`sasl.login.refresh.window.factor`). */
const usedPart = 0.8;

/**
 * Asks for a token when there is none, or it is old.
 * @param secret the client's, or how to get it.
 * @returns a function for every new connection. @throws UnreachableError when no token is given; never with the secret.
 */
export function tokens(
  user: Pick<SaslUser, "user">,
  source: TokenSource,
  secret: string | (() => Promise<string>),
): () => Promise<string> {
  let known: { readonly token: string; readonly untilMs: number } | undefined;
  return async () => {
    if (known !== undefined && Date.now() < known.untilMs) return known.token;
    const askedMs = Date.now();
    const { token, livesMs } = await ask(user.user, source, typeof secret === "string" ? secret : await secret());
    known = { token, untilMs: askedMs + livesMs * usedPart };
    return token;
  };
}

async function ask(
  id: string,
  { endpoint, scope }: TokenSource,
  secret: string,
): Promise<{ token: string; livesMs: number }> {
  const refused = (why: string, cause?: unknown) =>
    new UnreachableError(
      `${endpoint} gives ${id} no token for Kafka (${why})`,
      "See whether that server of tokens answers here and in the containers, and knows that client with the secret and the scope that were given.",
      { cause },
    );
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(endpoint, {
      method: "POST",
      headers: {
        accept: "application/json",
        // As Kafka's own clients do: id and secret as they are.
        authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
      },
      body: new URLSearchParams({ grant_type: "client_credentials", ...(scope !== undefined && { scope }) }),
      redirect: "error",
      signal: AbortSignal.timeout(answerLimitMs),
    });
    text = await answer.text();
  } catch (error) {
    const { cause } = error as Error;
    throw refused(cause instanceof Error ? messageOf(cause) : messageOf(error), error);
  }
  const found = parsed(text);
  if (!answer.ok)
    throw refused(typeof found.error === "string" ? `${answer.status}, ${found.error}` : String(answer.status));
  if (typeof found.access_token !== "string") throw refused("its answer has no access_token");
  const seconds = Number(found.expires_in);
  return { token: found.access_token, livesMs: Number.isFinite(seconds) ? seconds * 1000 : 0 };
}

/** RFC 6749, 5.1 and 5.2. */
function parsed(text: string): {
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
  readonly error?: unknown;
} {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}
