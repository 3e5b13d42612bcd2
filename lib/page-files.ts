/** What a page of ours consists of, and the headers with which it is served. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** A page shows what people and programs wrote: nothing of it may run, and nothing comes from elsewhere. */
export const pageHeaders = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** The files of a folder by the paths that are asked for; read once, so that no path of a request ever reaches the file system. */
export function filesIn(folder: string): Map<string, PageFile> {
  return new Map(
    readdirSync(folder).map((name) => [name === "index.html" ? "/" : `/${name}`, pageFile(join(folder, name))]),
  );
}

export function pageFile(file: string): PageFile {
  return { type: types[extname(file)] ?? "application/octet-stream", body: readFileSync(file) };
}
