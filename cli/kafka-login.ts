/** How `cdc` logs in to brokers: to those of somebody else with what the workers have. */
import { fileFrom } from "../clients/docker/files.ts";
import { kafkaKeystoreFile } from "../lib/constants.ts";
import type { KafkaEndpoint } from "../lib/endpoint.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { UnreachableError } from "./exit.ts";

/** The plan, whose brokers are reached with a password and a certificate where they want such. */
export async function withKafkaLogin(
  plan: PipelinePlan,
  password: () => Promise<string>,
  keystore: WorkersKeystore,
): Promise<PipelinePlan> {
  const { endpoints, existing } = plan.kafka;
  if (existing === undefined && endpoints.fromHost.sasl === undefined) return plan;
  const theirs = (): KafkaEndpoint => ({
    ...endpoints.fromHost,
    ...(endpoints.fromHost.sasl !== undefined && { password }),
    ...(endpoints.fromHost.certificate !== undefined && { keystore: () => keystore.text() }),
  });
  const fromHost = existing === undefined ? await ownBrokers(plan.kafka) : theirs();
  return { ...plan, kafka: { ...plan.kafka, endpoints: { ...endpoints, fromHost } } };
}

/** Brokers of the stack's own that want a login. Where there is no engine, or no stack yet, that is said by whoever asks them. */
async function ownBrokers({ endpoints: { fromHost }, brokers }: PipelinePlan["kafka"]): Promise<KafkaEndpoint> {
  const { asOperator } = await import("../clients/kafka/operator.ts");
  const containers = brokers.map(({ container }) => container);
  const known = await asOperator(fromHost, containers).catch(() => undefined);
  if (known !== undefined) return known;
  const password = async (): Promise<string> => {
    throw new UnreachableError(
      `how to log in to Kafka cannot be read: ${containers.join(", ")} is not on the Docker engine, or was made without cdc:security: tls`,
      "bring the stack up with this configuration (make up)",
    );
  };
  return { ...fromHost, password };
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
