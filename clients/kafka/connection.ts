/** How everybody here connects to Kafka. */
import type { BaseOptions } from "@platformatic/kafka";

/**
 * The options of an Admin, Consumer or Producer. Whether to try again is the caller's to say. A broker that is frozen takes
 * connections and answers nothing: it is given 10 s, unless told otherwise.
 * @param bootstrap `HOST:PORT`, several separated by commas.
 */
export function connectionTo(bootstrap: string, clientId: string, answerLimitMs = 10_000) {
  return {
    clientId,
    bootstrapBrokers: bootstrap.split(","),
    retries: 0,
    connectTimeout: 5000,
    requestTimeout: answerLimitMs,
  } satisfies Partial<BaseOptions>;
}
