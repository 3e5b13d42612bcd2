/** What the guard logs in with: it has the workers' file of secrets. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { secretIn } from "../../lib/connector-secrets.ts";
import { connectorSecretsFile, kafkaKeystoreFile, kafkaPasswordKey } from "../../lib/constants.ts";
import { kafkaEndpoint, type KafkaEndpoint } from "../../lib/endpoint.ts";
import type { GuardSettings } from "../../plan/types.ts";

/** @throws Error when the file has no such key. */
export async function secretOf(file: string, key: string): Promise<string> {
  const found = secretIn(await readFile(file, "utf8"), key);
  if (found === undefined) throw new Error(`${file} has no ${key}`);
  return found;
}

/** The brokers, and how to get the password, or certificate and key, where they want such. */
export function brokersOf({ bootstrap }: Pick<GuardSettings, "bootstrap">): KafkaEndpoint {
  return {
    ...kafkaEndpoint(bootstrap),
    password: async () => await secretOf(connectorSecretsFile, kafkaPasswordKey),
    keystore: () => readFileSync(kafkaKeystoreFile, "utf8"),
  };
}
