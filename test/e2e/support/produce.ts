/** Records written to a topic by the test itself, as a producer that is broken would. */
import { Producer, stringSerializers } from "@platformatic/kafka";

/** @param bootstrap `HOST:PORT`. */
export async function produce(
  bootstrap: string,
  topic: string,
  record: { readonly key?: string; readonly value: string; readonly partition?: number },
): Promise<void> {
  const producer = new Producer({
    clientId: "test",
    bootstrapBrokers: bootstrap.split(","),
    serializers: stringSerializers,
  });
  try {
    await producer.send({ messages: [{ topic, ...record }] });
  } finally {
    await producer.close();
  }
}
