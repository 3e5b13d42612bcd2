/** Brokers over TLS and with a login: servers on real sockets that speak Kafka's protocol as far as the way in. */
import { once } from "node:events";
import { createServer as createPlainServer, type AddressInfo, type Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { TopicAdmin } from "../../../clients/kafka/admin.ts";
import { connectionTo, type KafkaAddress } from "../../../clients/kafka/connection.ts";
import { brokerObstacle } from "../../../clients/kafka/obstacle.ts";
import { topicSettings } from "../../../clients/kafka/topic-settings.ts";
import { TlsError } from "../../../clients/tls.ts";
import { UnreachableError } from "../../../lib/run.ts";
import type { KafkaEndpoint } from "../../../lib/endpoint.ts";
import { selfSigned } from "../../support/certificate.ts";

const own = selfSigned(["localhost", "127.0.0.1"]);
const tls = { ca: own.cert };
const secret = "s3cret";
const saslAuthenticationFailed = 58;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Seen {
  /** What clients called it (SNI); false where they told no name. */
  readonly names: (string | false | null)[];
  /** Numbers of the APIs that were asked for. */
  readonly apis: number[];
  /** What came as a login. */
  readonly logins: string[];
}

/**
 * @param letsIn whether a login is the right one.
 * @param clients whose certificates it wants, PEM; undefined for no certificate.
 * @returns the port, and what it sees.
 */
async function broker(
  letsIn: (login: string) => boolean = () => true,
  clients?: string,
): Promise<{ port: number; seen: Seen }> {
  const seen: Seen = { names: [], apis: [], logins: [] };
  const wants = clients === undefined ? {} : { ca: clients, requestCert: true, rejectUnauthorized: true };
  const server = createServer({ ...own, ...wants }, (socket: TLSSocket) => {
    seen.names.push((socket as TLSSocket & { servername: string | false | null }).servername);
    socket.on("error", () => {});
    socket.on("data", (request: Buffer) => answer(socket, request, seen, letsIn));
    closers.push(() => socket.destroy());
  });
  server.on("tlsClientError", () => {});
  closers.push(() => server.close());
  server.listen(0);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, seen };
}

/** Upstream: Kafka's protocol guide; numbers are big-endian, in front of each frame is its size. */
function answer(socket: Socket, request: Buffer, seen: Seen, letsIn: (login: string) => boolean): void {
  const [api, version] = [request.readInt16BE(4), request.readInt16BE(6)];
  seen.apis.push(api);
  const reply = (...parts: Buffer[]) => {
    const body = Buffer.concat([request.subarray(8, 12), ...parts]);
    socket.write(Buffer.concat([int32(body.length), body]));
  };
  // ApiVersions, as it is asked for before a login: SaslHandshake and the oldest SaslAuthenticate.
  if (api === 18 && version <= 1)
    reply(int16(0), int32(2), ...[17, 0, 1, 36, 0, 0].map(int16), ...(version === 1 ? [int32(0)] : []));
  else if (api === 17) reply(int16(0), int32(1), int16(5), Buffer.from("PLAIN"));
  else if (api === 36) {
    const login = request.subarray(14 + request.readInt16BE(12) + 4).toString();
    seen.logins.push(login);
    if (letsIn(login)) reply(int16(0), int16(-1), int32(0));
    else {
      reply(int16(saslAuthenticationFailed), int16(5), Buffer.from("wrong"), int32(0));
      socket.end();
    }
  } // All else is asked by who is in.
  else socket.end();
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

async function refusalOf(kafka: KafkaAddress): Promise<Error & { readonly remedy?: string }> {
  const admin = new TopicAdmin(kafka);
  const error: unknown = await admin.endOffsets(["t"]).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await admin.close();
  if (!(error instanceof Error)) throw new Error("it did not fail");
  return error;
}

describe("a broker's certificate", () => {
  it("is accepted by who trusts its authority; the name is told, an IP address is not", async () => {
    for (const [host, name] of [
      ["localhost", "localhost"],
      ["127.0.0.1", false],
    ] as const) {
      const { port, seen } = await broker();
      // In, it hangs up: that is no matter of TLS.
      expect((await refusalOf({ bootstrap: `${host}:${port}`, tls })).message).toMatch(
        new RegExp(`^no answer from Kafka at ${host}:${port} `),
      );
      expect(seen.names[0]).toBe(name);
      expect(seen.apis[0]).toBe(18);
    }
  });

  it("is refused by who does not: the error has the address and what to do", async () => {
    const { port, seen } = await broker();
    const kafka = { bootstrap: `localhost:${port}`, tls: {} };
    const error = await refusalOf(kafka);
    expect(error).toBeInstanceOf(TlsError);
    expect(error.message).toBe(
      `Kafka at localhost:${port} has a certificate that is not trusted (self-signed certificate)`,
    );
    expect(error.remedy).toContain("`tls.ca` of the endpoint");
    await expect(topicSettings(kafka)).rejects.toThrow(error.message);
    expect(seen.apis).toEqual([]);
  });

  // What a broker answers who speaks TLS alone is an alert; HTTP stands for everything that is none.
  it.each([
    ["nothing but TLS", undefined, Buffer.from([0x15, 3, 3, 0, 2, 2, 0x50]), "takes encrypted connections alone"],
    ["no TLS", tls, Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "gives no encrypted connection"],
  ])("is not what is wrong where %s is spoken", async (_, security, said, words) => {
    const server = createPlainServer((socket) => socket.on("data", () => socket.end(said)));
    closers.push(() => server.close());
    server.listen(0);
    await once(server, "listening");
    const bootstrap = `localhost:${(server.address() as AddressInfo).port}`;
    const error = await refusalOf({ bootstrap, ...(security !== undefined && { tls: security }) });
    expect(error).toBeInstanceOf(TlsError);
    expect(error.message).toContain(`Kafka at ${bootstrap} ${words} (`);
  });

  it("counts when it is asked whether a broker is there, too", async () => {
    const { port } = await broker();
    const bootstrap = `localhost:${port}`;
    expect(await brokerObstacle({ bootstrap, tls }, 20_000)).toBeUndefined();
    expect(await brokerObstacle({ bootstrap, tls: {} }, 20_000)).toBe(
      `no answer from Kafka at ${bootstrap} (it has a certificate that is not trusted (self-signed certificate)); is the broker's container running?`,
    );
  });
});

describe("a broker's login", () => {
  const sasl = { mechanism: "PLAIN", user: "cdc" } as const;

  it("is given with user and password", async () => {
    const { port, seen } = await broker();
    await refusalOf({ bootstrap: `localhost:${port}`, tls, sasl, password: secret });
    expect(seen.logins[0]).toBe(`\0cdc\0${secret}`);
  });

  it("that is refused is told, with what to do and without the password", async () => {
    const { port } = await broker(() => false);
    const error = await refusalOf({ bootstrap: `localhost:${port}`, tls, sasl, password: secret });
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toMatch(new RegExp(`^Kafka at localhost:${port} does not let cdc in by PLAIN \\(`));
    expect(error.remedy).toContain("sasl.enabled.mechanisms");
    expect(`${error.message}${error.remedy}`).not.toContain(secret);
  });
});

describe("a client's certificate", () => {
  const client = selfSigned(["cdc"]);
  const shown = ({ cert, key }: typeof client): Partial<KafkaAddress> => ({
    certificate: { subject: "CN=cdc" },
    // As the workers have it: the key first.
    keystore: () => `${key}${cert}`,
  });

  it("is shown to who wants one", async () => {
    const { port, seen } = await broker(() => true, client.cert);
    // In, it hangs up.
    expect((await refusalOf({ bootstrap: `localhost:${port}`, tls, ...shown(client) })).message).toContain("hung up");
    expect(seen.apis[0]).toBe(18);
    expect(
      await brokerObstacle({ bootstrap: `localhost:${port}`, tls, ...shown(client) } as KafkaEndpoint, 20_000),
    ).toBe(undefined);
  });

  it.each([
    ["another's", shown(selfSigned(["cdc"])), /does not take the certificate that it was shown|hung up/],
    ["none", {}, /wants a certificate of its clients|no answer from Kafka/],
  ])("%s is refused in words", async (_, login, words) => {
    const { port, seen } = await broker(() => true, client.cert);
    const error = await refusalOf({ bootstrap: `localhost:${port}`, tls, ...login });
    expect(error.message).toMatch(words);
    expect(seen.apis).toEqual([]);
  });

  it("that cannot be read is told by who would show it", () => {
    const keystore = () => {
      throw new UnreachableError("cannot be read", "Bring the stack up.");
    };
    const kafka = { bootstrap: "localhost:1", tls, certificate: { subject: "CN=cdc" }, keystore };
    expect(() => new TopicAdmin(kafka)).toThrow("cannot be read");
  });
});

describe("the client's options", () => {
  it("of a plain endpoint are without any of it", () => {
    expect(connectionTo({ bootstrap: "kafka:29092,kafka-2:29092" }, "a")).toEqual({
      clientId: "a",
      bootstrapBrokers: ["kafka:29092", "kafka-2:29092"],
      retries: 0,
      connectTimeout: 5000,
      requestTimeout: 10_000,
    });
  });

  it.each([
    ["kafka:9093,kafka-2:9093", true],
    ["kafka:9093,10.0.0.2:9093", false],
  ])("of %s tell the names: %s", (bootstrap, tlsServerName) => {
    const sasl = { mechanism: "SCRAM-SHA-512", user: "cdc" } as const;
    expect(connectionTo({ bootstrap, tls, sasl, password: secret }, "a")).toMatchObject({
      tls: { ca: own.cert },
      tlsServerName,
      sasl: { mechanism: "SCRAM-SHA-512", username: "cdc", password: secret },
    });
  });
});
