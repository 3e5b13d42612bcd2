/** What the guard answers over HTTP: its metrics, and nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { LogEntry } from "../../../lib/log-line.ts";
import { messageOf } from "../../../lib/run.ts";
import { foreignIn } from "../../../lib/site.ts";
import type { MonitoredGuardSettings } from "../../../plan/types.ts";
import type { Known } from "./known.ts";
import { samplesOf } from "./samples.ts";
import { contentType, textOf } from "./text.ts";

const plain = "text/plain; charset=utf-8";

/** What is known now. */
export type Knowing = () => Known;

/**
 * Answers one request: 200 with the metrics for `GET /metrics`, 403 for a request by another name than the container's own or of
 * another site (see foreignIn), 405 for another method, 404 for another path.
 */
export async function answer(
  settings: MonitoredGuardSettings,
  known: Knowing,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, type: string, body: string) => {
    response.writeHead(status, {
      "cache-control": "no-store",
      "content-length": Buffer.byteLength(body),
      "content-type": type,
      "x-content-type-options": "nosniff",
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const stranger = foreignIn(settings.metrics.hosts, request);
  if (stranger !== undefined) {
    send(403, plain, `${stranger}\n`);
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    send(405, plain, `${request.method} is not allowed: metrics are only read\n`);
    return;
  }
  if (/^[^?]*/.exec(request.url ?? "")?.[0] !== "/metrics") {
    send(404, plain, "there is nothing here: metrics are at /metrics\n");
    return;
  }
  send(200, contentType, await textOf(samplesOf(known(), Date.now(), settings)));
}

/**
 * Serves the metrics, at each name of its own. The guard's work goes on without them: what fails is said, and Prometheus sees that nobody answers.
 * @param say a line of the guard's log.
 */
export function serve(settings: MonitoredGuardSettings, known: Knowing, say: (entry: LogEntry) => void): Server[] {
  const { port, listensAt } = settings.metrics;
  return listensAt.map((name) => {
    const server = createServer((request, response) => {
      answer(settings, known, request, response).catch((error: unknown) => {
        say({ level: "ERROR", text: `guard: the metrics failed: ${messageOf(error)}` });
        response.destroy();
      });
    });
    server.on("error", ({ message }) =>
      say({ level: "ERROR", text: `guard: no metrics are served at ${name}: ${message}` }),
    );
    server.on("listening", () =>
      say({ level: "INFO", text: `guard: serves metrics at ${name}, port ${port}, /metrics` }),
    );
    server.listen(port, name);
    return server;
  });
}
