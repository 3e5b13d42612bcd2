/**
 * A search engine of somebody else's: in a network of its own, behind a proxy that speaks TLS by an authority of its own and lets one user
 * in, as it stands in front of many. OpenSearch's own security plugin cannot be had from packages: it wants another one (rule-framework)
 * that none has.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { packagedImage } from "../../../config/packaged-images.ts";
import { stackLabel } from "../../../lib/constants.ts";
import { run } from "../../../lib/run.ts";
import { makeCertificate } from "../../../provider/certificates.ts";
import { buildPackagedImages } from "../../../tools/toolchain/images.ts";
import { freePort, type Authority } from "./elsewhere.ts";
import { untilSucceeds } from "./until.ts";

export class EngineElsewhere {
  readonly name = `cdc-theirs-engine-${randomBytes(4).toString("hex")}`;
  readonly host: string;
  /** Requests without the login, so far. */
  refused = 0;
  readonly #user: string;
  readonly #password: string;
  readonly #authority: Authority;
  #engine = "";
  #proxy: Server | undefined;

  constructor(authority: Authority, host: string, user: string, password: string) {
    this.#authority = authority;
    this.host = host;
    this.#user = user;
    this.#password = password;
  }

  /** Where its user reaches it. */
  get url(): string {
    const address = this.#proxy?.address() as AddressInfo | null | undefined;
    if (address === undefined || address === null) throw new Error(`${this.name} was not started`);
    return `https://${this.host}:${address.port}`;
  }

  /** Makes it, on free ports of the machine, and waits until it answers. */
  async start(): Promise<void> {
    const port = await freePort("127.0.0.1");
    this.#engine = `http://127.0.0.1:${port}`;
    await buildPackagedImages({ log: () => {} });
    await this.#docker("network", "create", "--label", `${stackLabel}=${this.name}`, this.name);
    const named = ["--name", this.name, "--network", this.name, "--label", `${stackLabel}=${this.name}`];
    const java = "OPENSEARCH_JAVA_OPTS=-Xms512m -Xmx512m -XX:TieredStopAtLevel=1";
    const settings = ["--env", java, "--env", "discovery.type=single-node"];
    const publish = ["--publish", `127.0.0.1:${port}:9200`];
    await this.#docker("run", "--detach", ...named, ...publish, ...settings, packagedImage("opensearch"));
    await this.#listen();
    await untilSucceeds("the engine answers", () => this.ask("/_cluster/health"));
  }

  /** As its administrator, behind the proxy. */
  async ask(path: string, method = "GET"): Promise<string> {
    const answer = await fetch(`${this.#engine}${path}`, { method });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text;
  }

  async remove(): Promise<void> {
    this.#proxy?.closeAllConnections();
    this.#proxy?.close();
    await run("docker", ["rm", "--force", "--volumes", this.name]).catch(() => {});
    await run("docker", ["network", "rm", this.name]).catch(() => {});
  }

  async #listen(): Promise<void> {
    const { certificate, privateKey } = await makeCertificate(this.#authority, [this.host, this.name], Date.now());
    const wanted = `Basic ${Buffer.from(`${this.#user}:${this.#password}`).toString("base64")}`;
    this.#proxy = createServer({ cert: certificate, key: privateKey }, (asked, answer) => {
      if (asked.headers.authorization !== wanted) {
        this.refused += 1;
        asked.resume();
        answer.writeHead(401, { "www-authenticate": "Basic" }).end("who are you");
        return;
      }
      const { authorization: _, host: __, ...headers } = asked.headers;
      const passed = request(`${this.#engine}${asked.url}`, { method: asked.method, headers }, (found) => {
        answer.writeHead(found.statusCode ?? 502, found.headers);
        found.pipe(answer);
      });
      passed.on("error", () => answer.destroy());
      asked.pipe(passed);
    });
    this.#proxy.listen(0, this.host);
    await once(this.#proxy, "listening");
  }

  async #docker(...args: string[]): Promise<void> {
    await run("docker", args);
  }
}
