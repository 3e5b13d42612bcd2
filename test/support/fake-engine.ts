/** A search engine that knows templates, indices and aliases, and notes what it is asked. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;

interface FakeIndex {
  aliases: Json;
  mappings: { properties: Json };
  settings: Json;
}

export class FakeEngine {
  readonly templates = new Map<string, Json>();
  readonly indices = new Map<string, FakeIndex>();
  /** `METHOD /path` of each request, in its order. */
  readonly asked: string[] = [];
  /** What the next request is answered with, instead of what it asks for. */
  answer: { status: number; body: unknown; contentType?: string } | undefined;
  /** `METHOD /path` that is refused, with 400. */
  refuse: string | undefined;
  /** Never answers while it is true. */
  isSilent = false;
  /** Root of its REST API. */
  url = "";
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void textOf(request).then((body) => {
        const path = decodeURIComponent(request.url ?? "/").split("?")[0] ?? "/";
        this.asked.push(`${request.method} ${path}`);
        if (this.isSilent) return;
        const isRefused = this.asked.at(-1) === this.refuse;
        const planned = isRefused
          ? { status: 400, body: { error: { reason: "no" } }, contentType: undefined }
          : this.answer;
        this.answer = undefined;
        const { status, body: answer } = planned ?? this.#handle(`${request.method}`, path, body);
        response.writeHead(status, { "content-type": planned?.contentType ?? "application/json" });
        response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
      });
    });
  }

  static async start(): Promise<FakeEngine> {
    const engine = new FakeEngine();
    await new Promise<void>((resolve) => engine.#server.listen(0, "127.0.0.1", resolve));
    engine.url = `http://127.0.0.1:${(engine.#server.address() as AddressInfo).port}`;
    return engine;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  addIndex(name: string, options: { alias?: string; properties?: Json } = {}): void {
    this.indices.set(name, {
      aliases: options.alias === undefined ? {} : { [options.alias]: {} },
      mappings: { properties: { ...options.properties } },
      settings: {},
    });
  }

  #handle(method: string, path: string, text: string): { status: number; body: unknown } {
    const body = (text === "" ? {} : JSON.parse(text)) as Json;
    const [first = "", second = ""] = path.slice(1).split("/");
    if (path === "/") return ok({ cluster_uuid: "uuid-of-the-fake" });
    if (first === "_index_template") {
      this.templates.set(second, body);
      return ok({ acknowledged: true });
    }
    if (path === "/_alias") {
      return ok(Object.fromEntries([...this.indices].map(([name, { aliases }]) => [name, { aliases }])));
    }
    const found = this.#named(first);
    const isChange = method !== "GET" && method !== "HEAD";
    if (isChange && second === "") {
      this.addIndex(first, { properties: this.#templateProperties(first) });
      Object.assign(this.indices.get(first)?.aliases ?? {}, body["aliases"]);
      return ok({ acknowledged: true });
    }
    if (found.length === 0 && !first.includes("*")) {
      return {
        status: 404,
        body: { error: { type: "index_not_found_exception", reason: `no such index [${first}]` } },
      };
    }
    for (const [, index] of found) {
      if (isChange && second === "_settings") Object.assign(index.settings, body["index"]);
      if (isChange && second === "_mapping") Object.assign(index.mappings.properties, body["properties"]);
    }
    return ok(Object.fromEntries(found));
  }

  /** By name, by alias, or by a pattern that ends with a star. */
  #named(name: string): [string, FakeIndex][] {
    const all = [...this.indices];
    if (name.endsWith("*")) return all.filter(([index]) => index.startsWith(name.slice(0, -1)));
    return all.filter(([index, { aliases }]) => index === name || name in aliases);
  }

  #templateProperties(index: string): Json {
    for (const template of this.templates.values()) {
      const [pattern = ""] = template["index_patterns"] as string[];
      if (!index.startsWith(pattern.slice(0, -1))) continue;
      return (template["template"] as { mappings: { properties: Json } }).mappings.properties;
    }
    return {};
  }
}

function ok(body: unknown): { status: number; body: unknown } {
  return { status: 200, body };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
