/** What a monitored guard answers over HTTP: its metrics, and the operator's page. It only reads. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createEncryptedServer } from "node:https";
import type { LogEntry } from "../../lib/log-line.ts";
import { pageHeaders } from "../../lib/page-files.ts";
import { messageOf } from "../../lib/run.ts";
import { foreignIn } from "../../lib/site.ts";
import type { MonitoredGuardSettings } from "../../plan/types.ts";
import type { Door } from "./door.ts";
import type { Known } from "./metrics/known.ts";
import { samplesOf } from "./metrics/samples.ts";
import { contentType, textOf } from "./metrics/text.ts";
import { files } from "./page/files.ts";
import { pointMs, type Recorder } from "./page/recorder.ts";
import { historyOf, stateOf } from "./page/state.ts";

const plain = "text/plain; charset=utf-8";
const json = "application/json";

/** What is known now, and what is remembered. */
export interface Knowing {
  readonly known: () => Known;
  readonly past: Pick<Recorder, "since" | "points" | "told">;
}

/**
 * Answers one request. 200 for `GET` of `/metrics`, of the page and its files, and of `/api/state` and `/api/history`, the JSON that
 * it asks for; 403 for a request by another name than the container's own or of another site (see foreignIn), 401 without the login
 * where one is wanted, 405 for another method, 404 for another path.
 * @param door undefined where everybody may look.
 */
export async function answer(
  settings: MonitoredGuardSettings,
  { known, past }: Knowing,
  request: IncomingMessage,
  response: ServerResponse,
  door?: Pick<Door, "opens">,
): Promise<void> {
  const send = (status: number, type: string, body: string | Buffer) => {
    response.writeHead(status, { ...pageHeaders, "content-length": Buffer.byteLength(body), "content-type": type });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const stranger = foreignIn(settings.metrics.hosts, request);
  if (stranger !== undefined) {
    send(403, plain, `${stranger}\n`);
    return;
  }
  if (door !== undefined && !door.opens(request.headers.authorization)) {
    response.setHeader("www-authenticate", 'Basic realm="cdc", charset="UTF-8"');
    send(401, plain, "the page and the metrics want a login\n");
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    send(405, plain, `${request.method} is not allowed: the guard is only read\n`);
    return;
  }
  const now = Date.now();
  const path = /^[^?]*/.exec(request.url ?? "")?.[0] ?? "";
  switch (path) {
    case "/metrics":
      send(200, contentType, await textOf(samplesOf(known(), now, settings)));
      return;
    case "/api/state":
      send(200, json, JSON.stringify(stateOf(known(), past, now, settings)));
      return;
    case "/api/history":
      send(200, json, JSON.stringify(historyOf(past.points, { now, since: past.since, stepMs: pointMs })));
      return;
    default: {
      const file = files.get(path);
      if (file === undefined) send(404, plain, "there is nothing here: the page is at /, metrics are at /metrics\n");
      else send(200, file.type, file.body);
    }
  }
}

/**
 * Serves metrics and page, at each name of its own. The guard's work goes on without them: what fails is said, and Prometheus sees that
 * nobody answers.
 * @param say a line of the guard's log.
 * @param door for HTTPS and a login; undefined for plain HTTP and none.
 */
export function serve(
  settings: MonitoredGuardSettings,
  knowing: Knowing,
  say: (entry: LogEntry) => void,
  door?: Door,
): Server[] {
  const { port, listensAt } = settings.metrics;
  const listen = (request: IncomingMessage, response: ServerResponse) => {
    answer(settings, knowing, request, response, door).catch((error: unknown) => {
      say({ level: "ERROR", text: `guard: a request failed: ${messageOf(error)}` });
      response.destroy();
    });
  };
  return listensAt.map((name) => {
    const server = door === undefined ? createServer(listen) : createEncryptedServer(door, listen);
    server.on("error", ({ message }) =>
      say({ level: "ERROR", text: `guard: neither metrics nor page are served at ${name}: ${message}` }),
    );
    server.on("listening", () =>
      say({ level: "INFO", text: `guard: serves its page and /metrics at ${name}, port ${port}` }),
    );
    server.listen(port, name);
    return server;
  });
}
