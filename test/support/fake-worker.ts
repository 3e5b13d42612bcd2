/** A Kafka Connect worker's REST API on loopback, as far as connectors need it, with answers that tests can bend. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ConnectorOffset, ConnectorStatus, PropertyErrors, TaskStatus } from "../../clients/connect/client.ts";

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** A body that is no JSON. */
  readonly text?: string;
  /** No answer at all: the request stays open. */
  readonly hangs?: boolean;
}

/** Bent answers for the requests that match. */
interface Bent {
  readonly request: RegExp;
  readonly answers: Answer[];
  readonly andDo: boolean;
}

const states = { pause: "PAUSED", stop: "STOPPED", resume: "RUNNING" } as const;

export class FakeWorker {
  /** `METHOD /path` of every request, in order. */
  readonly requests: string[] = [];
  readonly configs = new Map<string, Record<string, string>>();
  readonly statuses = new Map<string, ConnectorStatus>();
  /** They outlive their connector, as the real ones do. */
  readonly offsets = new Map<string, ConnectorOffset[]>();
  /** What validation finds. */
  validation: PropertyErrors[] = [];
  /** Answers given before anything else, oldest first. */
  readonly next: Answer[] = [];
  /** What the status is after a configuration was posted or put, or the connector resumed or restarted; undefined for none yet. */
  afterStart: (name: string) => ConnectorStatus | undefined = (name) => running(name);
  readonly #bent: Bent[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeWorker> {
    const server = createServer();
    const worker = new FakeWorker(server);
    server.on("request", (request, response) => {
      void readBody(request).then((body) => {
        const { status, body: answer, text, hangs } = worker.#answer(request.method ?? "", request.url ?? "", body);
        if (hangs === true) return;
        response.writeHead(status, { "content-type": "application/json" });
        response.end(text ?? (answer === undefined ? undefined : JSON.stringify(answer)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return worker;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The requests that match, in order. */
  asked(pattern: RegExp): string[] {
    return this.requests.filter((request) => pattern.test(request));
  }

  /**
   * Answers the next requests that match so, one answer each.
   * @param andDo whether what was asked for is done all the same, as by a worker that times out.
   */
  bend(request: RegExp, answers: Answer[], andDo = false): void {
    this.#bent.push({ request, answers, andDo });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(method: string, url: string, body: string): Answer {
    this.requests.push(`${method} ${url}`);
    const next = this.next.shift();
    if (next !== undefined) return next;
    const bent = this.#bent.find(({ request, answers }) => answers.length > 0 && request.test(`${method} ${url}`));
    if (bent === undefined) return this.#do(method, url, body);
    if (bent.andDo) this.#do(method, url, body);
    return bent.answers.shift() as Answer;
  }

  #do(method: string, url: string, body: string): Answer {
    const [, , encoded = "", action = ""] = (url.split("?")[0] ?? "").split("/");
    const name = decodeURIComponent(encoded);
    if (method === "POST" && name === "") return this.#create(body);
    if (url.endsWith("/validate")) return { status: 200, body: validationBody(this.validation) };
    const config = this.configs.get(name);
    if (config === undefined && !(method === "PUT" && action === "config") && !this.statuses.has(name)) {
      return { status: 404, body: { error_code: 404, message: `Connector ${name} not found` } };
    }
    switch (`${method} ${action}`) {
      case "PUT config":
        this.configs.set(name, JSON.parse(body) as Record<string, string>);
        // A connector that rests goes on resting.
        if (!/PAUSED|STOPPED/.test(this.#state(name))) this.#start(name);
        return { status: 200, body: {} };
      case "GET config":
        return config === undefined ? { status: 404 } : { status: 200, body: config };
      case "GET status":
        return this.statuses.has(name) ? { status: 200, body: this.statuses.get(name) } : { status: 404 };
      case "POST restart":
        this.#start(name);
        return { status: 202 };
      case "PUT resume":
      case "PUT pause":
      case "PUT stop":
        this.#move(name, states[action as keyof typeof states]);
        return { status: 202 };
      case "GET offsets":
        return { status: 200, body: { offsets: this.offsets.get(name) ?? [] } };
      case "PATCH offsets":
      case "DELETE offsets":
        return this.#setOffsets(name, body);
      case "DELETE ":
        this.statuses.delete(name);
        this.configs.delete(name);
        return { status: 204 };
      default:
        return { status: 405, body: { error_code: 405, message: `${method} ${url}` } };
    }
  }

  #create(body: string): Answer {
    const { name, config, initial_state } = JSON.parse(body) as {
      name: string;
      config: Record<string, string>;
      initial_state: ConnectorStatus["connector"]["state"];
    };
    if (this.configs.has(name)) return conflict(`Connector ${name} already exists`);
    this.configs.set(name, config);
    this.#move(name, initial_state);
    return { status: 201, body: { name, config, tasks: [] } };
  }

  #move(name: string, state: ConnectorStatus["connector"]["state"]): void {
    if (state === "RUNNING") this.#start(name);
    else this.statuses.set(name, statusOf(name, state, state === "PAUSED" ? [task("PAUSED")] : []));
  }

  #start(name: string): void {
    const status = this.afterStart(name);
    if (status === undefined) this.statuses.delete(name);
    else this.statuses.set(name, status);
  }

  #state(name: string): string {
    return this.statuses.get(name)?.connector.state ?? "";
  }

  #setOffsets(name: string, body: string): Answer {
    if (this.#state(name) !== "STOPPED") {
      const message = "Connectors must be in the STOPPED state before their offsets can be modified";
      return { status: 400, body: { error_code: 400, message } };
    }
    this.offsets.set(name, body === "" ? [] : (JSON.parse(body) as { offsets: ConnectorOffset[] }).offsets);
    return { status: 200, body: { message: "done" } };
  }
}

export const rebalancing = conflict("Cannot complete request momentarily due to stale configuration");

/** As a read or a create may tell the same. */
export const rebalanceExpected: Answer = {
  status: 500,
  body: { error_code: 500, message: "Request cannot be completed because a rebalance is expected" },
};

function conflict(message: string): Answer {
  return { status: 409, body: { error_code: 409, message } };
}

/** As the real worker answers: every property, most of them without errors, one without a value. */
function validationBody(found: readonly PropertyErrors[]): object {
  const fine = { value: { name: "tasks.max", errors: [] } };
  const wrong = found.map(({ property, errors }) => ({ value: { name: property, errors } }));
  return { name: "c", error_count: found.length, configs: [fine, { value: null }, ...wrong] };
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
