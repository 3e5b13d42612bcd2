/** What the page answers over HTTP: its own few files, and searches as JSON. It only reads. */
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { logLine } from "../../lib/log-line.ts";
import { parseRequest, RequestError } from "./request.ts";
import { EngineError, search } from "./search.ts";
import type { SearchPageSettings } from "./settings.ts";
import { foreignIn } from "../../lib/site.ts";

const folder = join(import.meta.dirname, "public");

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** By path; read once, so that no path of a request ever reaches the file system. */
const files = new Map(
  readdirSync(folder).map((name) => [
    name === "index.html" ? "/" : `/${name}`,
    { type: types[extname(name)] ?? "application/octet-stream", body: readFileSync(join(folder, name)) },
  ]),
);

/** Rows hold what people wrote: nothing of it may run, and nothing comes from elsewhere. */
const headers = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Answers one request: `/` and its files, `/api/search` (see parseRequest for its parameters), `/health`.
 * Errors are JSON `{ error }`: 403 for a request of another site (see foreignIn), 400 for what was asked wrongly, 503 for an engine that does not answer.
 */
export async function answer(
  settings: SearchPageSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, type: string, body: string | Buffer) => {
    response.writeHead(status, { ...headers, "content-type": type, "content-length": Buffer.byteLength(body) });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const sendJson = (status: number, body: object) => send(status, "application/json", JSON.stringify(body));

  const stranger = foreignIn(settings.hosts, request);
  if (stranger !== undefined) {
    sendJson(403, { error: stranger });
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    sendJson(405, { error: `${request.method} is not allowed: the page only reads` });
    return;
  }
  const [, path = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(request.url ?? "") ?? [];
  if (path === "/health") {
    send(200, "text/plain", "ok\n");
    return;
  }
  if (path !== "/api/search") {
    const file = files.get(path);
    if (file === undefined) sendJson(404, { error: "there is nothing here: the page is at /" });
    else send(200, file.type, file.body);
    return;
  }
  try {
    sendJson(200, await search(settings, parseRequest(new URLSearchParams(query))));
  } catch (error) {
    if (error instanceof RequestError) sendJson(400, { error: error.message });
    else if (error instanceof EngineError) sendJson(503, { error: error.message });
    else {
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      console.error(logLine({ level: "ERROR", text: `page: ${words}` }));
      sendJson(500, { error: "the page failed; its container's log says why" });
    }
  }
}
