/** What is reached on brokers that want a login, as resources keep it: the password is a secret input beside the target. */
import { kafkaEndpoint, type KafkaEndpoint } from "../lib/endpoint.ts";

/** @param password undefined where nobody logs in. */
export function withKafkaPassword<Target extends { readonly kafka: KafkaEndpoint }>(
  target: Target,
  password: string | undefined,
): Target {
  return { ...target, kafka: kafkaEndpoint(target.kafka, password) };
}
