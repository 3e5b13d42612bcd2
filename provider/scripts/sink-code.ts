/** The sources of the sink's plugin, by which its volume is named. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutFolder } from "../../lib/checkout.ts";

/** The folder of the sink's sources. */
export const sinkSources = join(checkoutFolder, "apps", "sink");

export interface SinkCode {
  /** 12 hex digits over names and bytes of `apps/sink/pom.xml` and all of `apps/sink/src/main`. */
  readonly hash: string;
}

/**
 * Reads what the plugin is built from; tests and what a build leaves do not count.
 * @param folder with the sources; a build and tests give a copy of them.
 */
export function sinkCode(folder: string = sinkSources): SinkCode {
  const sources = readdirSync(join(folder, "src", "main"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of [join(folder, "pom.xml"), ...sources.toSorted()]) {
    hash.update(JSON.stringify([file.slice(folder.length), readFileSync(file, "utf8")]));
  }
  return { hash: hash.digest("hex").slice(0, 12) };
}
