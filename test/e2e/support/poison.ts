/** A record that the sink cannot read, as a producer that is broken would write it. */
import { TopicReader } from "../../../clients/kafka/topic.ts";
import { produce } from "./produce.ts";
import { limitMs } from "./until.ts";

/**
 * Writes a row's record once more, its value cut off; its key is a row's, which `cdc dlq replay` reads anew.
 * @param bootstrap `HOST:PORT`.
 * @param row a part of the record's value by which it is found: `"id":101,`.
 */
export async function poison(bootstrap: string, topic: string, row: string): Promise<void> {
  const reader = new TopicReader({ bootstrap }, topic);
  try {
    const stream = await reader.open((await reader.endOffsets()).map(() => 0n));
    const whole = await stream.find(({ key, value }) => key !== null && value?.includes(row) === true, limitMs);
    await stream.close();
    await produce(bootstrap, topic, { key: whole?.key ?? "", value: (whole?.value ?? "").slice(0, -10) });
  } finally {
    await reader.close();
  }
}
