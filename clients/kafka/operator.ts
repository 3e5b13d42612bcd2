/** How `cdc` and the checks before an `up` log in to brokers of the stack's own that want it: a broker's container has a file of it. */
import { fileFrom } from "../docker/files.ts";
import { secretIn, withAuthority } from "../../lib/connector-secrets.ts";
import { kafkaPasswordKey, operatorSecretsFile } from "../../lib/constants.ts";
import type { KafkaEndpoint } from "../../lib/endpoint.ts";

/** Who that is. */
export const operator = { mechanism: "SCRAM-SHA-512", user: "cdc" } as const;

/**
 * @param containers the brokers', which need not run.
 * @returns the endpoint with whom to trust and how to log in; undefined when none of them has the file.
 */
export async function asOperator(
  kafka: KafkaEndpoint,
  containers: readonly string[],
): Promise<KafkaEndpoint | undefined> {
  for (const container of containers) {
    const text = await fileFrom(container, operatorSecretsFile);
    const password = text === undefined ? undefined : secretIn(text, kafkaPasswordKey);
    if (text === undefined || password === undefined) continue;
    const known: KafkaEndpoint = { ...kafka, tls: { authority: "stack" }, sasl: operator };
    return { ...withAuthority(known, text), password: async () => password };
  }
  return undefined;
}
