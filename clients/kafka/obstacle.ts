/** Whether a broker is there at all, asked in a moment and without a client: for who waits for something that waits for it. */
import { connect } from "node:net";

/**
 * ApiVersions, which every broker answers before anything else. Upstream: Kafka's protocol guide.
 * Size 10; API key 18; version 0; correlation id 1; no client id.
 */
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

/**
 * Asks all brokers at once. An open port is not enough: an engine's proxy holds one too, and a frozen broker's stays open.
 * @param bootstrap `HOST:PORT`, several separated by commas.
 * @returns why none answers, in one line; undefined as soon as one does.
 */
export async function brokerObstacle(bootstrap: string, timeoutMs: number): Promise<string | undefined> {
  const reasons: string[] = [];
  const asked = bootstrap.split(",").map(async (address) => {
    const reason = await silenceOf(address, timeoutMs);
    if (reason === undefined) return;
    reasons.push(reason);
    throw new Error(reason);
  });
  return await Promise.any(asked).then(
    () => undefined,
    () =>
      `no answer from Kafka at ${bootstrap} (${[...new Set(reasons)].join(", ")}); is the broker's container running?`,
  );
}

async function silenceOf(address: string, timeoutMs: number): Promise<string | undefined> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
  return await new Promise<string | undefined>((resolve) => {
    const socket = connect({ host, port: Number(port) });
    const end = (why: string | undefined) => {
      socket.destroy();
      clearTimeout(timer);
      resolve(why);
    };
    const timer = setTimeout(() => end(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    socket.once("connect", () => socket.write(apiVersions));
    socket.once("data", () => end(undefined));
    socket.once("end", () => end("it hung up"));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.message || (error.code ?? error.name)));
  });
}
