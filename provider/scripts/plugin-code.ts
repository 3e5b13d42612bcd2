/** Our plugins of the worker, in Java: their sources, by which their volumes are named. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutFolder } from "../../lib/checkout.ts";

export interface OwnPlugin {
  /** For people: `the sink`. */
  readonly what: string;
  /** Folder of the Maven project, relative to the checkout. */
  readonly folder: string;
  /** The folder in the archive, and the beginning of the name of the plugin's own jar in it. */
  readonly name: string;
}

export const sinkPlugin: OwnPlugin = { what: "the sink", folder: "apps/sink", name: "cdc-opensearch-sink" };

export const filterPlugin: OwnPlugin = {
  what: "the worker's filter",
  folder: "apps/connect-filter",
  name: "cdc-connect-filter",
};

/** The folder of a plugin's sources on this machine. */
export function sourcesOf({ folder }: OwnPlugin): string {
  return join(checkoutFolder, folder);
}

/**
 * Reads what a plugin is built from; tests and what a build leaves do not count.
 * @param folder with the sources: `sourcesOf(plugin)`, or a copy of them.
 * @returns 12 hex digits over names and bytes of `pom.xml` and all of `src/main`.
 */
export function codeHash(folder: string): string {
  const sources = readdirSync(join(folder, "src", "main"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of [join(folder, "pom.xml"), ...sources.toSorted()]) {
    hash.update(JSON.stringify([file.slice(folder.length), readFileSync(file, "utf8")]));
  }
  return hash.digest("hex").slice(0, 12);
}
