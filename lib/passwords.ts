/** Passwords of servers that somebody else runs: the only secrets that a stack's file holds. */

/** In clear, by what those below say. Never printed. */
export type Passwords = ReadonlyMap<string, string>;

/** By which the password of an existing Kafka's account is known. */
export const kafkaPassword = "kafka";

/** By which the password of the search engine's user is known. */
export const enginePassword = "engine";

/** By which the password of an existing MySQL server's account is known. @param shard its name. */
export function mysqlPassword(shard: unknown): string {
  return `mysql ${String(shard)}`;
}

/** By which that of its administrator is known, who makes the account. @param shard its name. */
export function mysqlAdminPassword(shard: unknown): string {
  return `mysql admin ${String(shard)}`;
}
