/** Which bytes an image's tag stands for here, whatever the registry has under it by now. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** By reference the digest of its index of all platforms; null where none is known yet. */
export type ImageDigests = Readonly<Record<string, string | null>>;

/** Written by `npm run digests` (tools/toolchain/digests.ts). */
export const imageDigestsFile = join(import.meta.dirname, "image-digests.json");

const known = JSON.parse(readFileSync(imageDigestsFile, "utf8")) as ImageDigests;

/** `NAME:TAG@sha256:…` where the file has a digest for `NAME:TAG`, else the reference as it is: then the registry says what it stands for. */
export function pinned(reference: string): string {
  const digest = known[reference];
  return typeof digest === "string" ? `${reference}@${digest}` : reference;
}

/** The reference without its digest. */
export function unpinned(reference: string): string {
  return reference.replace(/@sha256:[0-9a-f]{64}$/, "");
}
