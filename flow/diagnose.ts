/** Why a change that was committed does not arrive. */
import { ConnectClient } from "../clients/connect/client.ts";
import { explain } from "../clients/connect/hints.ts";
import type { TopicReader } from "../clients/kafka/topic.ts";
import { FlowError, text, type FlowTarget, type Stage } from "./flow-target.ts";
import { topicsWaitedFor } from "./waited-topics.ts";

/** A worker without a broker does not answer at all. */
const answerLimitMs = 10_000;

/**
 * Looks at what lies between server and topic, from the connector on.
 * @param from the end of the probe topic before the change was made.
 */
export async function diagnose(
  target: FlowTarget,
  reader: Pick<TopicReader, "endOffsets">,
  from: readonly bigint[],
): Promise<FlowError> {
  const failure = (stage: Stage, message: string) => new FlowError(target.shard, stage, message);
  const status = await new ConnectClient(target.connect, { timeoutMs: answerLimitMs })
    .getStatus(target.connector)
    .catch(text);
  if (typeof status === "string") return failure("connector", status);
  if (status === undefined) return failure("connector", `${target.connector} is not on the worker`);
  const { connector, tasks } = status;
  if (connector.state !== "RUNNING") return failure("connector", `${target.connector} is ${withTrace(connector)}`);
  const task = tasks.find(({ state }) => state !== "RUNNING");
  if (tasks.length === 0) return failure("task", `${target.connector} has no task`);
  if (task !== undefined) return failure("task", `task ${task.id} of ${target.connector} is ${withTrace(task)}`);
  const topics = await topicsWaitedFor(target.workers, target.connector);
  if (topics.length > 0) {
    return failure(
      "topic",
      `${target.connector} says RUNNING, but waits for ever: there is no topic ${topics.join(", ")}, and nothing creates ` +
        "topics by itself; mind transforms that name topics; `pulumi up --refresh` brings back one that was deleted",
    );
  }
  const end = await reader.endOffsets().catch(text);
  if (typeof end === "string")
    return failure("topic", `whether anything comes to ${target.probeTopic} is not known: ${end}`);
  if (end.every((offset, partition) => offset === from[partition])) {
    return failure(
      "task",
      `${target.connector} says RUNNING, but nothing new came to ${target.probeTopic}; ` +
        "the worker's log tells what the task waits for (a long snapshot, or retries against the database)",
    );
  }
  return failure("topic", `events come to ${target.probeTopic}, but not that of the probe; is another writer at work?`);
}

function withTrace(status: { readonly state: string; readonly trace?: string }): string {
  return status.state === "FAILED" ? `FAILED\n${explain(status.trace)}` : status.state;
}
