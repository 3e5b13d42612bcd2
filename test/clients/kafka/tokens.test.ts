/** Tokens from a real server of tokens. */
import { afterEach, describe, expect, it } from "vitest";
import { tokens } from "../../../clients/kafka/tokens.ts";
import { UnreachableError } from "../../../lib/run.ts";
import { TokenServer } from "../../support/token-server.ts";

const client = { id: "cdc", secret: "s3cret: ü", subject: "cdc" };
const servers: TokenServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (server) => await server.stop()));
});

async function server(lifeSeconds: number): Promise<TokenServer> {
  const made = new TokenServer(client, lifeSeconds);
  servers.push(made);
  await made.start("127.0.0.1");
  return made;
}

async function refusalOf(work: Promise<unknown>): Promise<UnreachableError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UnreachableError)) throw new Error("it was not refused in words");
  return error;
}

describe("a token", () => {
  it("is asked for with the scope, and used again", async () => {
    const { tokenEndpoint: endpoint, given } = await server(300);
    const token = tokens(
      { user: "cdc" },
      { endpoint, scope: "kafka write" },
      async () => await Promise.resolve(client.secret),
    );
    const first = await token();
    expect(JSON.parse(Buffer.from(first.split(".")[1] ?? "", "base64url").toString())).toMatchObject({ sub: "cdc" });
    expect(await token()).toBe(first);
    expect(given).toEqual(["kafka write"]);
  });

  it("that is old, or says nothing of its life, is asked for anew", async () => {
    const { tokenEndpoint: endpoint, given } = await server(0);
    const token = tokens({ user: "cdc" }, { endpoint }, client.secret);
    await token();
    await token();
    expect(given).toEqual(["", ""]);
  });

  it("that is refused is told without the secret", async () => {
    const { tokenEndpoint: endpoint } = await server(300);
    const error = await refusalOf(tokens({ user: "cdc" }, { endpoint }, "an0ther")());
    expect(error.message).toBe(`${endpoint} gives cdc no token for Kafka (401, invalid_client)`);
    expect(`${error.message}${error.remedy}`).not.toContain("an0ther");
  });

  it("from nobody is told too", async () => {
    const { tokenEndpoint: endpoint } = await server(300);
    await servers.pop()?.stop();
    expect((await refusalOf(tokens({ user: "cdc" }, { endpoint }, "s")())).message).toMatch(
      /gives cdc no token .*ECONNREFUSED/,
    );
  });

  it("is none where something else answers", async () => {
    const { keysEndpoint: endpoint } = await server(300);
    expect((await refusalOf(tokens({ user: "cdc" }, { endpoint }, "s")())).message).toContain("no access_token");
  });
});
