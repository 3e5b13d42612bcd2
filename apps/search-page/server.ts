/** What the page answers over HTTP: its own few files, and searches as JSON. It only reads. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { logLine } from "../../lib/log-line.ts";
import { filesIn, pageHeaders } from "../../lib/page-files.ts";
import { parseRequest, RequestError } from "./request.ts";
import { EngineError, search } from "./search.ts";
import type { SearchPageSettings } from "./settings.ts";
import { foreignIn } from "../../lib/site.ts";

const files = filesIn(join(import.meta.dirname, "public"));

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
    response.writeHead(status, { ...pageHeaders, "content-type": type, "content-length": Buffer.byteLength(body) });
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
