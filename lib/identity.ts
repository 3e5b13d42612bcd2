/**
 * `.cdc/identity`: what tells one checkout's things on the engine from another's. A line each for the identity that this
 * checkout was given, and for those that it knows through a state which other checkouts use too (`ID shared`).
 */
import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isErrno } from "./run.ts";

export interface KnownIdentity {
  readonly id: string;
  /** Known through a state that lies outside of the checkout, so that another checkout may rightly have it too. */
  readonly shared: boolean;
}

/** A new identity: 16 hexadecimal digits. */
export function newIdentity(): string {
  return randomBytes(8).toString("hex");
}

/** The identities that a checkout knows, its own first; none where it never made anything, or is no checkout. */
export async function identitiesOf(checkout: string): Promise<KnownIdentity[]> {
  try {
    return parseIdentities(await readFile(join(checkout, ".cdc", "identity"), "utf8"));
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return [];
    throw error;
  }
}

/** Lines that are none (one that was cut off by a full disk) are passed over. */
export function parseIdentities(text: string): KnownIdentity[] {
  return text.split("\n").flatMap((line) => {
    const [, id, shared] = /^([0-9a-f]{16})( shared)?$/.exec(line.trim()) ?? [];
    return id === undefined ? [] : [{ id, shared: shared !== undefined }];
  });
}

/** Adds an identity to those that a checkout knows. */
export async function noteIdentity(checkout: string, { id, shared }: KnownIdentity): Promise<void> {
  const known = await identitiesOf(checkout);
  if (known.some((one) => one.id === id)) return;
  const folder = join(checkout, ".cdc");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Appended by one write: two stacks of a checkout may come up at the same time.
  const file = await open(join(folder, "identity"), "a", 0o600);
  try {
    await file.write(`${id}${shared ? " shared" : ""}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whether another folder is a checkout with this very identity: then one of the two is a copy. */
export async function knowsIdentity(checkout: string, id: string): Promise<boolean> {
  const known = await identitiesOf(checkout).catch(() => []);
  return known.some((one) => one.id === id && !one.shared);
}

/** Where `PULUMI_BACKEND_URL` keeps the state. */
export type StatePlace =
  | { readonly kind: "own" }
  /** In another checkout's `.cdc/`: this shell has read that one's environment. */
  | { readonly kind: "other checkout"; readonly folder: string }
  /** Anywhere else: a backend that several checkouts may use. */
  | { readonly kind: "shared" };

/** @param backendUrl as Pulumi is given it; undefined for the place of a login. */
export function statePlace(backendUrl: string | undefined, checkout: string): StatePlace {
  if (backendUrl === undefined || !/^file:\/\/\/.*\/\.cdc\/state\/?$/.test(backendUrl)) return { kind: "shared" };
  const folder = real(fileURLToPath(backendUrl).replace(/\/\.cdc\/state\/?$/, ""));
  return folder === real(checkout) ? { kind: "own" } : { kind: "other checkout", folder };
}

function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
