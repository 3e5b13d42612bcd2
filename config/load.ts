/** The only place that reads pulumi.Config and the environment. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readAlertsTo, type AlertsTo } from "./alerts-to.ts";
import { checkoutFolder } from "../lib/checkout.ts";
import { readInput, type PlanInput } from "./input.ts";
import { kafkaKey, kafkaKeystore, type Passwords } from "../lib/passwords.ts";
import { readKeystore } from "./client-certificate.ts";
import type { PipelineConfig } from "./schema.ts";
import { messageOf } from "../lib/run.ts";
import { replaceSecrets, valueOf } from "./raw.ts";
import { secretsInClear } from "./stack-file.ts";
import { stackFile } from "./stack-name.ts";

/**
 * Reads the stack's configuration (Pulumi.yaml's defaults under Pulumi.STACK.yaml) and checks it.
 * `CDC_IMAGES` in the environment wins over `images`: where nothing can be pulled is a fact of the machine, not of the stack.
 * @throws ProblemError naming every problem.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): PlanInput {
  const stack = pulumi.getStack();
  return readInput(rawConfig(environment), `${pulumi.getProject()}-${stack}`, stackFile(stack));
}

/**
 * Passwords of servers that somebody else runs, decrypted, and the certificate for brokers with the key to it. Only those that are secrets
 * in the stack's file, or in a file of the owner's alone: what stands there in clear is refused by `loadConfig`.
 * @param config as `loadConfig` takes it.
 * @throws ProblemError (CDC-114) when certificate and key cannot be used.
 */
export function loadPasswords(config: PipelineConfig): Passwords {
  const found = new Map([...secretsOf("shards"), ...secretsOf("kafka"), ...secretsOf("readSide")]);
  const keystore = readKeystore(config, found.get(kafkaKey));
  found.delete(kafkaKey);
  return keystore === undefined ? found : found.set(kafkaKeystore, keystore);
}

/** Who is told of alerts, decrypted, under the same condition; undefined for nobody. @throws ProblemError when it is no receiver. */
export function loadAlertsTo(): AlertsTo | undefined {
  const text = secretsOf("monitoring").get("alertsTo");
  return text === undefined ? undefined : readAlertsTo(text);
}

/** Of a field as Pulumi hands it over: decrypted. */
function secretsOf(field: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const text = pulumi.runtime.allConfig()?.[keyOf(field)];
  if (text !== undefined) hideSecrets(field, valueOf(field, text), found);
  return found;
}

function keyOf(field: string): string {
  return `${pulumi.getProject()}:${field}`;
}

/** Exported, and left out of its types. */
const { isConfigSecret } = pulumi.runtime as unknown as { readonly isConfigSecret: (key: string) => boolean };

/** Pulumi tells of a whole value that there is a secret in it, and not where; the stack's file does. */
function hideSecrets(field: string, value: unknown, found = new Map<string, string>()): unknown {
  if (!isConfigSecret(keyOf(field))) return value;
  const inClear = secretsInClear(stackText(), field);
  return replaceSecrets(field, value, (secret, whose) => {
    if (typeof secret !== "string" || inClear.has(whose)) return secret;
    found.set(whose, secret);
    return { secure: "decrypted by Pulumi" };
  });
}

/** Empty where the configuration comes from elsewhere (`pulumi --config-file`). */
function stackText(): string {
  const file = join(checkoutFolder, stackFile(pulumi.getStack()));
  return existsSync(file) ? readFileSync(file, "utf8") : "{}";
}

/** @throws pulumi.RunError instead of any error: Pulumi shows it without a stack trace. */
export function withoutTrace<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new pulumi.RunError(messageOf(error));
  }
}

function rawConfig(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const namespace = `${pulumi.getProject()}:`;
  const raw: Record<string, unknown> = {};
  // Every key that is set, known or not: a misspelled one is to be reported, not to be passed over.
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig() ?? {})) {
    if (!key.startsWith(namespace)) continue;
    const field = key.slice(namespace.length);
    raw[field] = hideSecrets(field, valueOf(field, value));
  }
  const images = environment["CDC_IMAGES"];
  if (images !== undefined && images !== "") raw["images"] = images;
  return raw;
}
