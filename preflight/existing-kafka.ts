/** Brokers that somebody else runs: looked at before anything is made. Their topics are compared where data could be lost (data.ts). */
import { kafkaEndpoint, writtenKafka, type KafkaEndpoint } from "../lib/endpoint.ts";
import { kafkaSecretsOf, type Passwords } from "../lib/passwords.ts";
import type { Problem } from "../lib/problem.ts";
import { messageOf, UserError } from "../lib/run.ts";
import { isLoopbackHost } from "../plan/endpoints.ts";
import type { PipelinePlan } from "../plan/types.ts";

/** What brokers tell of themselves. */
export interface KafkaCluster {
  readonly brokers: readonly { readonly host: string; readonly port: number }[];
}

/** @throws Error when no broker answers, UserError when it is known why. */
export type AskCluster = (kafka: KafkaEndpoint) => Promise<KafkaCluster>;

/** Loaded only when there is somebody to ask: loading takes longer than all checks together. */
const askCluster: AskCluster = async (kafka) => {
  const { readCluster } = await import("../clients/kafka/cluster.ts");
  return await readCluster(kafka);
};

const path = "cdc:kafka.existing";

/**
 * CDC-730 they do not answer, or do not let the account in; CDC-731 fewer of them than topics are to have replicas; CDC-732 they tell
 * clients an address that leads to the client itself.
 */
export async function checkExistingKafka(
  { kafka, connect }: PipelinePlan,
  passwords: Passwords,
  ask: AskCluster = askCluster,
): Promise<Problem[]> {
  if (kafka.existing === undefined) return [];
  const endpoint = kafkaEndpoint(writtenKafka(kafka.endpoints.fromHost), kafkaSecretsOf(passwords));
  let cluster: KafkaCluster;
  try {
    cluster = await ask(endpoint);
  } catch (error) {
    return [unreachable(endpoint, error)];
  }
  const { brokers } = cluster;
  const replicas = connect.topics[0]?.replicationFactor ?? 1;
  const [inward] = brokers.filter(({ host }) => isLoopbackHost(host));
  return [
    ...(brokers.length >= replicas ? [] : [tooFew(brokers.length, replicas)]),
    ...(inward === undefined ? [] : [advertised(`${inward.host}:${inward.port}`)]),
  ];
}

function unreachable({ bootstrap }: KafkaEndpoint, error: unknown): Problem {
  return {
    code: "CDC-730",
    path,
    message: messageOf(error).replace("; is the broker's container running?", ""),
    remedy:
      error instanceof UserError
        ? error.remedy
        : `see whether ${bootstrap} leads to the brokers from this machine, and whether that listener speaks TLS (tls) and wants a login (sasl) or a certificate (tls.certFile)`,
  };
}

function tooFew(found: number, replicas: number): Problem {
  return {
    code: "CDC-731",
    path: "cdc:topics.replicationFactor",
    message: `the cluster has ${found} broker(s), and every topic is to have ${replicas} replicas`,
    remedy: `write cdc:topics.replicationFactor: ${found}`,
  };
}

function advertised(address: string): Problem {
  return {
    code: "CDC-732",
    path: `${path}.bootstrapServers`,
    message: `a broker tells its clients to reach it at ${address}, which in a worker's container is that container itself`,
    remedy: "name a listener whose advertised.listeners lead to the brokers from other machines too",
  };
}
