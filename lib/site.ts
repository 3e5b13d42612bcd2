/** Who may ask a service over HTTP: who calls it by one of its names, and no page of another site. */
import type { IncomingMessage } from "node:http";

/** A name or an address, in brackets when it is one of IPv6, and perhaps a port. */
const hostForm = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?$/;

/**
 * A page that comes by DNS rebinding gives itself away by its Host, which is that page's own name; others by Origin or
 * Sec-Fetch-Site, which browsers send and pages cannot change. A link on another site may be followed.
 * @param names hosts without ports, in lower case, as a Host header has them.
 * @returns why the request is refused; undefined when it may pass.
 */
export function foreignIn(
  names: readonly string[],
  { headersDistinct: headers, socket }: IncomingMessage,
): string | undefined {
  const hosts = headers["host"] ?? [];
  const [host] = hosts;
  if (hosts.length > 1) return "the request has several Host headers; send one";
  // Programs of HTTP/1.0 send none, and no browser does that.
  if (host !== undefined && !names.includes(hostForm.exec(host.toLowerCase())?.[1] ?? "")) {
    return `the host ${quoted(host)} is none of the names here; ask by one of ${names.join(", ")}`;
  }
  const own = `${isEncrypted(socket) ? "https" : "http"}://${host}`.toLowerCase();
  const origin = (headers["origin"] ?? []).find((one) => host === undefined || one.toLowerCase() !== own);
  if (origin !== undefined) return `a page of ${quoted(origin)} sent the request, and pages of other sites may not`;
  const fetchSite = headers["sec-fetch-site"]?.join() ?? "none";
  const isLink = headers["sec-fetch-mode"]?.join() === "navigate" && headers["sec-fetch-dest"]?.join() === "document";
  if (["none", "same-origin"].includes(fetchSite) || isLink) return undefined;
  return `a page of another site sent the request (Sec-Fetch-Site: ${quoted(fetchSite)}), and these may not`;
}

function isEncrypted(socket: IncomingMessage["socket"]): boolean {
  return "encrypted" in socket;
}

/** What somebody else wrote: not endless. */
function quoted(text: string): string {
  return JSON.stringify(text.length <= 100 ? text : `${text.slice(0, 100)}…`);
}
