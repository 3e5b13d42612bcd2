/** Requests over TLS and with a login, on real sockets. */
import { once } from "node:events";
import { createServer as createPlainServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { ConnectClient, ConnectRestError } from "../../clients/connect/client.ts";
import { askHttp } from "../../clients/http.ts";
import { EngineError, engineClient } from "../../clients/opensearch/client.ts";
import { TlsError } from "../../clients/tls.ts";
import { endingOf, exitCodes } from "../../cli/exit.ts";
import type { HttpEndpoint } from "../../lib/endpoint.ts";
import { selfSigned } from "../support/certificate.ts";

const secret = "s3cret:of ours";
const own = selfSigned(["localhost", "127.0.0.1"]);
const tls = { ca: own.cert };

let server: Server;
let port: number;
/** What the next request is answered with; by default, what it was asked with. */
let answer: { status: number; body: object } | undefined;
let authorizations: (string | undefined)[];

beforeAll(async () => {
  server = createServer({ ...own }, (request, response) => {
    authorizations.push(request.headers.authorization);
    response.writeHead(answer?.status ?? 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer?.body ?? {}));
  });
  server.listen(0);
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  authorizations = [];
});
afterEach(() => {
  answer = undefined;
});

/** The clients of services that speak HTTP: each asks something that needs no particular answer. */
const clients: [service: string, ask: (address: HttpEndpoint) => Promise<unknown>][] = [
  ["Kafka Connect", async (address) => await new ConnectClient(address).listConnectors()],
  [
    "the search engine",
    async (address) => {
      const engine = engineClient(address);
      try {
        return await engine.cluster.health();
      } finally {
        await engine.close();
      }
    },
  ],
];

async function failure(asked: Promise<unknown>): Promise<Error & { readonly remedy?: string }> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("it did not fail");
  return error;
}

describe.each(clients)("%s over TLS", (service, ask) => {
  it.each(["localhost", "127.0.0.1"])("is asked at %s by who trusts its authority", async (host) => {
    await ask({ url: `https://${host}:${port}`, tls });
    expect(authorizations).toEqual([undefined]);
  });

  it("is not asked by who does not: the error has its address and what to do", async () => {
    const url = `https://localhost:${port}`;
    const login = { user: "cdc" };
    const error = await failure(ask({ url, login, access: async () => ({ password: secret }) }));
    expect(error.message).toMatch(
      new RegExp(`^${service} at ${url}/? has a certificate that is not trusted \\(self-signed certificate\\)$`),
    );
    expect(error.remedy).toMatch(/`tls\.ca` of the endpoint, or name its file in NODE_EXTRA_CA_CERTS/);
    expect([TlsError, EngineError].some((kind) => error instanceof kind)).toBe(true);
    expect(authorizations).toEqual([]);
  });

  it("is not asked by a name that its certificate does not have", async () => {
    const stranger = selfSigned(["kafka.example"]);
    const other = createServer({ ...stranger }, (_, response) => response.end("{}"));
    other.listen(0);
    await once(other, "listening");
    const url = `https://localhost:${(other.address() as AddressInfo).port}`;
    const error = await failure(ask({ url, tls: { ca: stranger.cert } }));
    expect(error.message).toContain(`${service} at ${url}`);
    expect(error.message).toContain("has the certificate of another name");
    other.close();
  });

  it("is not asked where no TLS is spoken", async () => {
    const plain = createPlainServer((_, response) => response.end("{}"));
    plain.listen(0);
    await once(plain, "listening");
    const error = await failure(ask({ url: `https://localhost:${(plain.address() as AddressInfo).port}`, tls }));
    expect(error.message).toContain("gives no encrypted connection (");
    expect(error.remedy).toContain("its port for TLS");
    plain.close();
  });

  it("is not asked in the clear where its endpoint says whom to trust", async () => {
    const error = await failure(ask({ url: `http://localhost:${port}`, tls }));
    expect(error).toBeInstanceOf(TlsError);
    expect(error.message).toBe(`http://localhost:${port} is to be reached by TLS, and is no https: address`);
  });
});

describe.each(clients)("the login of %s", (_service, ask) => {
  const url = () => `https://localhost:${port}`;
  const login = { user: "cdc" };

  it("is not fetched where nobody logs in", async () => {
    const access = async () => await Promise.reject(new Error("there is none"));
    await expect(ask({ url: url(), tls, access })).resolves.toBeDefined();
  });

  it("is sent with every request", async () => {
    await ask({ url: url(), tls, login, access: async () => ({ password: secret }) });
    const sent = Buffer.from(authorizations[0]?.replace(/^Basic /, "") ?? "", "base64").toString();
    expect(sent).toBe(`cdc:${secret}`);
  });

  it.each([
    ["asked for and not given", 401, {}, /`login`/],
    ["wrong", 401, { login, access: async () => ({ password: secret }) }, /with the password that was given/],
    [
      "without the right",
      403,
      { login, access: async () => ({ password: secret }) },
      /give the user a role|give that user the right/i,
    ],
  ])("%s is told, with what to do and without the password", async (_, status, given, remedy) => {
    answer = { status, body: { message: "no entry", error: { reason: "no entry" } } };
    const error = await failure(ask({ url: url(), tls, ...given }));
    expect(error).toMatchObject({ status });
    expect(error.message).toContain("no entry");
    expect(error.remedy).toMatch(remedy);
    expect(`${error.message}${error.remedy}`).not.toContain("s3cret");
  });
});

test.each([
  [401, "Kafka Connect at URL does not let cdc in: who?"],
  [403, "Kafka Connect at URL does not let cdc do GET /connectors?expand=info&expand=status: who?"],
])("a worker's %i says whom it does not let in", async (status, message) => {
  answer = { status, body: { message: "who?" } };
  const url = `https://localhost:${port}`;
  const error = await failure(new ConnectClient({ url, tls, login: { user: "cdc" } }).listConnectors());
  expect(error).toBeInstanceOf(ConnectRestError);
  expect(error.message).toBe(message.replace("URL", url));
});

test("a command that is not let in ends with the remedy; one that meets no trusted certificate has not reached it", async () => {
  answer = { status: 401, body: { message: "who?" } };
  const url = `https://localhost:${port}`;
  const refused = await failure(new ConnectClient({ url, tls }).listConnectors());
  expect(refused).toBeInstanceOf(ConnectRestError);
  expect(endingOf(refused)).toMatchObject({
    message: `Kafka Connect refused (HTTP 401): Kafka Connect at ${url} does not let anybody without a login in: who?`,
    remedy: expect.stringContaining("rest.extension.classes") as string,
    exitCode: exitCodes.unhealthy,
  });
  const untrusted = await failure(new ConnectClient({ url }).listConnectors());
  expect(endingOf(untrusted)).toMatchObject({ exitCode: exitCodes.unreachable });
});

test("a question that is given up ends with the reason why, whether its answer has begun or not", async () => {
  const slow = createPlainServer((request, response) => {
    if (request.url === "/begins") response.write("{");
  });
  slow.listen(0);
  await once(slow, "listening");
  const url = `http://localhost:${(slow.address() as AddressInfo).port}/`;
  for (const path of ["/begins", "/silent"]) {
    const signal = AbortSignal.timeout(100);
    const asked = askHttp("the test", { url }, { method: "GET", path, body: undefined, signal });
    expect(await failure(asked)).toBe(signal.reason);
  }
  slow.closeAllConnections();
  slow.close();
});
