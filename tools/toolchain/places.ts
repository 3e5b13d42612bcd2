/** Where things lie: in the checkout, and in the cache that all checkouts of this user share. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { checkoutFolder } from "../../lib/checkout.ts";
import { cacheDir } from "../../lib/run.ts";

export type Env = NodeJS.ProcessEnv;

/** The checkout's git-ignored folder: state, passphrase, environment. */
export const cdcDir = join(checkoutFolder, ".cdc");

/** The first file called `name` in the folders of PATH, or undefined. */
export function findOnPath(name: string, path: string | undefined): string | undefined {
  return (path ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/**
 * The environment without what an earlier `. .cdc/env` (of this checkout or another) put there, so that only
 * what the user chose is taken for the user's choice. CDC_IMAGES stays: a remembered choice repeats itself.
 */
export function usersOwn(env: Env): Env {
  const cache = `${cacheDir(env)}/toolchain/`;
  const own: Env = { ...env };
  own["PATH"] = (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.startsWith(cache))
    .join(delimiter);
  const drop = (name: string, isOurs: (value: string) => boolean) => {
    const value = env[name];
    if (value !== undefined && isOurs(value)) delete own[name];
  };
  drop("PULUMI_HOME", (value) => value.startsWith(cache));
  drop("PULUMI_BACKEND_URL", (value) => value.endsWith("/.cdc/state"));
  drop("PULUMI_CONFIG_PASSPHRASE_FILE", (value) => value.endsWith("/.cdc/passphrase"));
  return own;
}
