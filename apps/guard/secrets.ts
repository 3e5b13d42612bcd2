/** What the guard logs in with: it has the workers' file of secrets. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connectAccessIn, secretIn, withAuthority } from "../../lib/connector-secrets.ts";
import { connectorSecretsFile, kafkaKeystoreFile, kafkaPasswordKey } from "../../lib/constants.ts";
import { httpEndpoint, kafkaEndpoint, type HttpEndpoint, type KafkaEndpoint } from "../../lib/endpoint.ts";
import type { GuardSettings } from "../../plan/types.ts";

/** @throws Error when the file has no such key. */
export async function secretOf(file: string, key: string): Promise<string> {
  const found = secretIn(await readFile(file, "utf8"), key);
  if (found === undefined) throw new Error(`${file} has no ${key}`);
  return found;
}

/** The workers, and how to log in where they want it. */
export function workersOf({ connectUrls }: Pick<GuardSettings, "connectUrls">): HttpEndpoint[] {
  const access = async () => connectAccessIn(await readFile(connectorSecretsFile, "utf8"));
  return connectUrls
    .map((url) => httpEndpoint(url))
    .map((worker) => (worker.login === undefined ? worker : { ...worker, access }));
}

/** The brokers, whom to trust as those of the stack's own, and how to get the password, or certificate and key, where they want such. */
export function brokersOf({ bootstrap }: Pick<GuardSettings, "bootstrap">): KafkaEndpoint {
  const kafka = kafkaEndpoint(bootstrap);
  return {
    ...(kafka.tls?.authority === undefined ? kafka : withAuthority(kafka, readFileSync(connectorSecretsFile, "utf8"))),
    password: async () => await secretOf(connectorSecretsFile, kafkaPasswordKey),
    keystore: () => readFileSync(kafkaKeystoreFile, "utf8"),
  };
}
