/** What is reached on brokers that want a login, as resources keep it: password and keystore are secret inputs beside the target. */
import { kafkaEndpoint, type KafkaEndpoint, type KafkaSecrets } from "../lib/endpoint.ts";

/** @param secrets none where nobody logs in. */
export function withKafkaSecrets<Target extends { readonly kafka: KafkaEndpoint }>(
  target: Target,
  secrets: KafkaSecrets,
): Target {
  return { ...target, kafka: kafkaEndpoint(target.kafka, secrets) };
}
