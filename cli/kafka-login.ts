/** How `cdc` logs in to brokers that somebody else runs: with what the workers have. */
import { fileFrom } from "../clients/docker/files.ts";
import { kafkaKeystoreFile } from "../lib/constants.ts";
import type { KafkaEndpoint } from "../lib/endpoint.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { UnreachableError } from "./exit.ts";

/** The plan, whose brokers are reached with a password and a certificate where they want such. */
export function withKafkaLogin(
  plan: PipelinePlan,
  password: () => Promise<string>,
  keystore: WorkersKeystore,
): PipelinePlan {
  const { endpoints } = plan.kafka;
  const fromHost: KafkaEndpoint = {
    ...endpoints.fromHost,
    ...(endpoints.fromHost.sasl !== undefined && { password }),
    ...(endpoints.fromHost.certificate !== undefined && { keystore: () => keystore.text() }),
  };
  return { ...plan, kafka: { ...plan.kafka, endpoints: { ...endpoints, fromHost } } };
}

/** Certificate and key out of a worker's container, running or not. TLS wants them at once: they are read before anybody asks the brokers. */
export class WorkersKeystore {
  readonly #plan: Pick<PipelinePlan, "connect" | "kafka">;
  #found: string | undefined;
  #why: unknown;

  constructor(plan: Pick<PipelinePlan, "connect" | "kafka">) {
    this.#plan = plan;
  }

  /** Reads them where brokers want a certificate. That they cannot be read is told by who needs them. */
  async read(): Promise<void> {
    const { connect, kafka } = this.#plan;
    if (kafka.endpoints.fromHost.certificate === undefined || this.#found !== undefined) return;
    try {
      for (const { container } of connect.workers) this.#found ??= await fileFrom(container, kafkaKeystoreFile);
    } catch (error) {
      this.#why = error;
    }
  }

  /** @throws UnreachableError when they were not read. */
  text(): string {
    if (this.#found !== undefined) return this.#found;
    const containers = this.#plan.connect.workers.map(({ container }) => container).join(", ");
    throw new UnreachableError(
      `the certificate for Kafka cannot be read: ${containers} is not on the Docker engine, or does not have it yet`,
      "bring the stack up with this configuration (make up); cdc status shows what there is of it",
      { cause: this.#why },
    );
  }
}
