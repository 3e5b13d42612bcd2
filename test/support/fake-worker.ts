/** A Kafka Connect worker's REST API on loopback, as far as one connector goes, with answers that tests can bend. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ConnectorStatus, TaskStatus } from "../../connect/client.ts";

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export class FakeWorker {
  /** `METHOD /path` of every request, in order. */
  readonly requests: string[] = [];
  /** Bodies of the PUTs of configurations. */
  readonly configs = new Map<string, Record<string, string>>();
  readonly statuses = new Map<string, ConnectorStatus>();
  /** Answers given before anything else, oldest first. */
  readonly next: Answer[] = [];
  /** What the status is after a configuration was put. */
  afterPut: (name: string) => ConnectorStatus = (name) => running(name);
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeWorker> {
    const server = createServer();
    const worker = new FakeWorker(server);
    server.on("request", (request, response) => {
      void readBody(request).then((body) => {
        const { status, body: answer } = worker.#answer(request.method ?? "", request.url ?? "", body);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(answer === undefined ? undefined : JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return worker;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(method: string, url: string, body: string): Answer {
    this.requests.push(`${method} ${url}`);
    const bent = this.next.shift();
    if (bent !== undefined) return bent;
    const [, , encoded = "", action] = (url.split("?")[0] ?? "").split("/");
    const name = decodeURIComponent(encoded);
    const missing = { status: 404, body: { error_code: 404, message: `Connector ${name} not found` } };
    switch (`${method} ${action ?? ""}`) {
      case "PUT config":
        this.configs.set(name, JSON.parse(body) as Record<string, string>);
        this.statuses.set(name, this.afterPut(name));
        return { status: 201, body: {} };
      case "GET config":
        return this.configs.has(name) ? { status: 200, body: this.configs.get(name) } : missing;
      case "GET status":
        return this.statuses.has(name) ? { status: 200, body: this.statuses.get(name) } : missing;
      case "PUT resume":
      case "POST restart":
        this.statuses.set(name, running(name));
        return { status: 202 };
      case "DELETE ":
        this.statuses.delete(name);
        return this.configs.delete(name) ? { status: 204 } : missing;
      default:
        return { status: 405, body: { error_code: 405, message: `${method} ${url}` } };
    }
  }
}

export function running(name: string): ConnectorStatus {
  return statusOf(name, "RUNNING", [task("RUNNING")]);
}

export function statusOf(
  name: string,
  state: ConnectorStatus["connector"]["state"],
  tasks: readonly TaskStatus[],
  trace?: string,
): ConnectorStatus {
  return { name, connector: { state, worker_id: "connect:8083", ...(trace === undefined ? {} : { trace }) }, tasks };
}

export function task(state: TaskStatus["state"], trace?: string): TaskStatus {
  return { id: 0, state, worker_id: "connect:8083", ...(trace === undefined ? {} : { trace }) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
