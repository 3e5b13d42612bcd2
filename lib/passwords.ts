/** Passwords and keys for servers that somebody else runs: the only secrets that a stack's file holds. */

import type { KafkaSecrets } from "./endpoint.ts";

/** In clear, by what those below say. Never printed. */
export type Passwords = ReadonlyMap<string, string>;

/** By which the password of an existing Kafka's account is known, or the secret of its client where it logs in with tokens. */
export const kafkaPassword = "kafka";

/** By which the private key to its certificate is known, where a stack's file holds it. */
export const kafkaKey = "kafka key";

/** By which that key is known together with the certificate, wherever it comes from. */
export const kafkaKeystore = "kafka keystore";

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

/** What clients of an existing Kafka log in with. */
export function kafkaSecretsOf(passwords: Passwords = new Map()): KafkaSecrets {
  return { kafkaPassword: passwords.get(kafkaPassword), kafkaKeystore: passwords.get(kafkaKeystore) };
}
