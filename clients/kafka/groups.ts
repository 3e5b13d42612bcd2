/** Consumer groups, as far as the end of a sink needs them. */
import { setTimeout as sleep } from "node:timers/promises";
import { Admin, findErrorBy } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/** A member that left without a word is forgotten after its session's time-out, 45 s by default. */
const leavingLimitMs = 60_000;
const pauseMs = 500;

/**
 * Deletes a consumer group with its offsets, once its last member has left. A group that does not exist is fine.
 * @throws Error when no broker answers, or the group still has members after a minute.
 */
export async function deleteGroup(kafka: KafkaAddress, group: string): Promise<void> {
  const admin = new Admin(connectionTo(kafka, "cdc-groups"));
  const deadline = Date.now() + leavingLimitMs;
  try {
    for (;;) {
      const answer = await answerFrom(kafka, () => tryToDelete(admin, group));
      if (answer === "gone") return;
      if (Date.now() > deadline) {
        throw new Error(
          `consumer group ${group} still has members after ${leavingLimitMs / 1000} s; who else reads with it?`,
        );
      }
      await sleep(pauseMs);
    }
  } finally {
    await admin.close();
  }
}

async function tryToDelete(admin: Admin, group: string): Promise<"gone" | "busy"> {
  try {
    await admin.deleteGroups({ groups: [group] });
    return "gone";
  } catch (error) {
    const told = (apiId: string) => error instanceof Error && findErrorBy(error, "apiId", apiId) !== null;
    if (told("GROUP_ID_NOT_FOUND")) return "gone";
    // The coordinator of a broker that has just started is still reading its groups.
    if (told("NON_EMPTY_GROUP") || told("COORDINATOR_LOAD_IN_PROGRESS") || told("NOT_COORDINATOR")) return "busy";
    throw error;
  }
}
