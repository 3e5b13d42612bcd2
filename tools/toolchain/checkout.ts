/** What belongs to this checkout alone: `.cdc/` with the stack's state, its passphrase and the environment for plain `pulumi`. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { renderEnvFile, type EnvFile } from "./env-file.ts";
import type { Images } from "./images-choice.ts";
import { cacheDir } from "../../lib/run.ts";
import { writeWhole } from "../../lib/whole-file.ts";
import { cdcDir } from "./places.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import type { PulumiCli } from "./pulumi-cli.ts";

/** What decides where the state goes; the environment is the user's own (see `usersOwn`). */
export interface BackendFacts {
  env: NodeJS.ProcessEnv;
  /** Text of credentials.json in the user's PULUMI_HOME, "" when there is none. */
  credentials: string;
}

/** The user's own backend in words, or undefined when this checkout's local one is used. */
export function usersBackend({ env, credentials }: BackendFacts): string | undefined {
  if (env["PULUMI_BACKEND_URL"]) return "PULUMI_BACKEND_URL";
  if (env["PULUMI_ACCESS_TOKEN"]) return "PULUMI_ACCESS_TOKEN";
  try {
    const current = (JSON.parse(credentials || "{}") as { current?: unknown }).current;
    return typeof current === "string" && current !== "" ? "your pulumi login" : undefined;
  } catch {
    return undefined; // a file that pulumi cannot read either
  }
}

/** The user's own PULUMI_HOME, also when ours is used for the binaries. */
export function usersPulumiHome(env: NodeJS.ProcessEnv): string {
  return env["PULUMI_HOME"] || join(homedir(), ".pulumi");
}

export interface Checkout {
  /** State in `.cdc/state`; else in a backend of the user's. */
  localBackend: boolean;
  /** The passphrase is `.cdc/passphrase`; else the user's. */
  ownPassphrase: boolean;
  /** What plain `pulumi` needs, beside the user's own environment. */
  envFile: EnvFile;
}

/**
 * Where the state of this user's runs goes.
 * @returns in words; undefined for `.cdc/state`.
 */
export async function backendOfUser(): Promise<string | undefined> {
  const file = join(process.env["PULUMI_CREDENTIALS_PATH"] || usersPulumiHome(process.env), "credentials.json");
  return usersBackend({ env: process.env, credentials: await readFile(file, "utf8").catch(() => "") });
}

/** Makes `.cdc/` and the environment; makes neither state nor passphrase when the user has a backend. */
export async function prepareCheckout(cli: PulumiCli, images: Images | undefined): Promise<Checkout> {
  const localBackend = (await backendOfUser()) === undefined;
  await mkdir(cdcDir, { recursive: true, mode: 0o700 });
  await chmod(cdcDir, 0o700);

  const variables: Record<string, string> = {};
  if (cli.home !== undefined) {
    variables["PULUMI_HOME"] = cli.home;
    // All plugins are there; without this a missing one costs five download tries.
    variables["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true";
    variables["PULUMI_SKIP_UPDATE_CHECK"] = "true";
    // The login lies in the user's own PULUMI_HOME, not in ours.
    if (!localBackend && !process.env["PULUMI_CREDENTIALS_PATH"])
      variables["PULUMI_CREDENTIALS_PATH"] = usersPulumiHome(process.env);
  }
  const { PULUMI_CONFIG_PASSPHRASE: usersPhrase, PULUMI_CONFIG_PASSPHRASE_FILE: usersFile } = process.env;
  const ownPassphrase = localBackend && usersPhrase === undefined && usersFile === undefined;
  if (localBackend) {
    const state = join(cdcDir, "state");
    await mkdir(state, { recursive: true, mode: 0o700 });
    variables["PULUMI_BACKEND_URL"] = `file://${state}`;
    // A salt that got lost from Pulumi.STACK.yaml is taken from the state.
    variables["PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER"] = "true";
  }
  if (ownPassphrase) {
    const file = join(cdcDir, "passphrase");
    await makePassphrase(file);
    variables["PULUMI_CONFIG_PASSPHRASE_FILE"] = file;
  }
  if (images !== undefined) variables["CDC_IMAGES"] = images;
  // Node keeps what it has compiled of program and provider.
  variables["NODE_COMPILE_CACHE"] = process.env["NODE_COMPILE_CACHE"] ?? join(cacheDir(), "node-compile-cache");

  // The command line of the pipeline (`cdc`), and Node.
  const path = [
    join(checkoutFolder, "bin"),
    join(checkoutFolder, "node_modules", ".bin"),
    ...(cli.binDir === undefined ? [] : [cli.binDir]),
  ];
  return { localBackend, ownPassphrase, envFile: { path, variables } };
}

async function makePassphrase(file: string): Promise<void> {
  if (existsSync(file)) return;
  // Half a passphrase would lock the state for good.
  await writeWhole(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
}

/** Writes `.cdc/env`. */
export async function writeEnvFile(envFile: EnvFile): Promise<void> {
  await writeWhole(join(cdcDir, "env"), renderEnvFile(envFile), { mode: 0o600 });
}
