/** Whether a broker is there at all, asked in a moment and without a client: for who waits for something that waits for it. */
import { connect as connectPlain } from "node:net";
import { connect as connectEncrypted } from "node:tls";
import type { KafkaEndpoint } from "../../lib/endpoint.ts";
import { messageOf } from "../../lib/run.ts";
import { serverNameOf, tlsError, tlsOptions, type NodeTls } from "../tls.ts";
import { brokersOf, ownCertificate } from "./connection.ts";

/**
 * ApiVersions, which every broker answers before anything else, a login too. Upstream: Kafka's protocol guide.
 * Size 10; API key 18; version 0; correlation id 1; no client id.
 */
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

/**
 * Asks all brokers at once. An open port is not enough: an engine's proxy holds one too, and a frozen broker's stays open.
 * @returns why none answers, in one line; undefined as soon as one does.
 */
export async function brokerObstacle(kafka: KafkaEndpoint, timeoutMs: number): Promise<string | undefined> {
  const reasons: string[] = [];
  const asked = brokersOf(kafka).map(async (broker) => {
    const reason = await silenceOf(broker, kafka, timeoutMs);
    if (reason === undefined) return;
    reasons.push(reason);
    throw new Error(reason);
  });
  return await Promise.any(asked).then(
    () => undefined,
    () =>
      `no answer from Kafka at ${kafka.bootstrap} (${[...new Set(reasons)].join(", ")}); is the broker's container running?`,
  );
}

async function silenceOf(
  broker: { readonly host: string; readonly port: number },
  kafka: KafkaEndpoint,
  timeoutMs: number,
): Promise<string | undefined> {
  const { tls } = kafka;
  let own: NodeTls;
  try {
    own = ownCertificate(kafka);
  } catch (error) {
    return messageOf(error);
  }
  return await new Promise<string | undefined>((resolve) => {
    const socket =
      tls === undefined
        ? connectPlain(broker)
        : connectEncrypted({ ...broker, ...tlsOptions(tls), ...own, ...serverNameOf(broker.host) });
    const end = (why: string | undefined) => {
      socket.destroy();
      clearTimeout(timer);
      resolve(why);
    };
    const timer = setTimeout(() => end(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => socket.write(apiVersions));
    socket.once("data", () => end(undefined));
    socket.once("end", () => end("it hung up"));
    socket.once("error", (error) => end(tlsError("it", error)?.message ?? messageOf(error)));
  });
}
