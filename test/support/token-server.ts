/** A server of tokens as OAuth 2 has them: client credentials (RFC 6749, 4.4), JWTs of RS256 (RFC 7519), and the keys to them (RFC 7517). */
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface TokenClient {
  readonly id: string;
  readonly secret: string;
  /** Whom its tokens are of (`sub`). */
  readonly subject: string;
}

const keyId = "test";

export class TokenServer {
  /** Scopes that tokens were given for, one by one. */
  readonly given: string[] = [];
  readonly #client: TokenClient;
  readonly #lifeSeconds: number;
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly #server: Server;

  constructor(client: TokenClient, lifeSeconds: number) {
    this.#client = client;
    this.#lifeSeconds = lifeSeconds;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
    });
  }

  /** On a free port. @param host an address of this machine. */
  async start(host: string): Promise<void> {
    this.#server.listen(0, host);
    await once(this.#server, "listening");
  }

  get #url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  get tokenEndpoint(): string {
    return `${this.#url}/token`;
  }

  /** Where who gets a token finds the key that it was signed with. */
  get keysEndpoint(): string {
    return `${this.#url}/keys`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage): Promise<[status: number, body: object]> {
    if (request.url === "/keys") {
      const key = this.#keys.publicKey.export({ format: "jwk" });
      return [200, { keys: [{ ...key, kid: keyId, use: "sig", alg: "RS256" }] }];
    }
    const asked = new URLSearchParams(await text(request));
    const { id, secret } = this.#client;
    const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
    if (request.headers.authorization !== basic) return [401, { error: "invalid_client" }];
    if (asked.get("grant_type") !== "client_credentials") return [400, { error: "unsupported_grant_type" }];
    const scope = asked.get("scope") ?? "";
    this.given.push(scope);
    return [200, { access_token: this.#token(scope), token_type: "Bearer", expires_in: this.#lifeSeconds }];
  }

  #token(scope: string): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      sub: this.#client.subject,
      aud: "kafka",
      iss: this.#url,
      iat: now,
      exp: now + this.#lifeSeconds,
      scope,
    };
    const parts = [{ alg: "RS256", typ: "JWT", kid: keyId }, claims];
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    return `${signed}.${sign("sha256", Buffer.from(signed), this.#keys.privateKey).toString("base64url")}`;
  }
}
