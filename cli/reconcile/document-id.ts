/** Documents' ids, as the sink makes them (apps/sink/README.md, "Documents"). */
import { hash } from "node:crypto";

/** The engine's limit. */
const maxBytes = 512;

/**
 * @param shard the shard as the documents name it.
 * @param key the primary key's columns, in the key's order, as text.
 */
export function documentId(shard: string, key: readonly string[]): string {
  const row = key.map(escaped).join(":");
  const id = `${escaped(shard)}:${row}`;
  return Buffer.byteLength(id) <= maxBytes ? id : `${escaped(shard)}:%sha256:${hash("sha256", row)}`;
}

/** The key's columns that an id is made of; undefined when it tells a digest only. */
export function keyOf(id: string): string[] | undefined {
  const [, ...key] = id.split(":");
  if (key.length === 0 || key[0] === "%sha256") return undefined;
  return key.map((part) => part.replaceAll("%3A", ":").replaceAll("%25", "%"));
}

function escaped(part: string): string {
  return part.replaceAll("%", "%25").replaceAll(":", "%3A");
}
