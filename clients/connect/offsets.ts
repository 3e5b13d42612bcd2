/** The offsets of a connector that is created: those of an earlier life, and those that it is given. */
import type { ConnectClient, ConnectorOffset } from "./client.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "../../lib/run.ts";

/** A worker knows a connector a moment after it has answered its creation. */
const pauseMs = 250;
const tries = 20;

/**
 * Says of a connector that was just created when it goes on from offsets of an earlier one of its name.
 * To be called right after the creation: what the new one writes itself comes seconds later. Never fails.
 * @param nowMs the time of the creation.
 */
export async function tellOldOffsets(
  client: ConnectClient,
  name: string,
  say: (message: string) => void,
  clock: Clock,
  nowMs: number = Date.now(),
): Promise<void> {
  try {
    let offsets = await client.getOffsets(name);
    for (let tried = 1; offsets === undefined && tried < tries; tried += 1) {
      await clock.sleep(pauseMs);
      offsets = await client.getOffsets(name);
    }
    const old = offsets?.find(({ offset }) => offset !== null && !(Number(offset["ts_sec"]) > nowMs / 1000));
    if (old === undefined) return;
    if ("kafka_topic" in old.partition) {
      say(
        `connector ${name}: its consumer group has offsets of an earlier connector of this name. It goes on from there; ` +
          "what the index lacks of the records before is not written again: `cdc reindex` does that",
      );
      return;
    }
    say(
      `connector ${name}: offsets of an earlier connector of this name exist (${placeOf(old)}). ` +
        "It goes on from there: no new snapshot; it fails if the server's binlog no longer reaches back that far. " +
        "To begin anew instead: `cdc offsets reset SHARD`",
    );
  } catch (error) {
    const reason = messageOf(error);
    say(`connector ${name}: whether offsets of an earlier one exist could not be read: ${reason}`);
  }
}

/** An offset in few words: `mysql-bin.000003 at 23020, GTIDs 164edddc…:1-76`. */
export function placeOf({ offset }: ConnectorOffset): string {
  if (offset === null) return "none";
  const { file, pos, gtids } = offset;
  if (typeof file !== "string") return JSON.stringify(offset);
  const short = typeof gtids === "string" ? `, GTIDs ${shortGtids(gtids)}` : "";
  return `${file} at ${String(pos)}${short}`;
}

/** The servers' ids cut to what tells them apart; the numbers whole. */
function shortGtids(gtids: string): string {
  return gtids.replaceAll(/([0-9a-f]{8})-[0-9a-f-]{27}/gi, "$1…").replaceAll(/\s/g, "");
}

/**
 * Gives a stopped connector of Debezium's for MySQL the place at which it begins.
 * @throws Error when the configuration has no topic prefix: offsets are kept by it.
 */
export async function writeInitialOffset(
  client: ConnectClient,
  name: string,
  config: Readonly<Record<string, string>>,
  offset: Readonly<Record<string, string | number>>,
): Promise<void> {
  const server = config["topic.prefix"];
  if (server === undefined)
    throw new Error(`connector ${name}: an initial offset needs topic.prefix, which is not set`);
  await client.alterOffsets(name, [{ partition: { server }, offset }]);
}
