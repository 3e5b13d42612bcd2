/** Whether a connector's stored place is lost on its server: asked and judged. */
import type { ConnectorOffset } from "../../connect/client.ts";
import { judgePlace } from "./judge.ts";
import { placeOf } from "./place.ts";
import { readFacts, type ServerLogin } from "./read.ts";
import { isLost, lossWords, type LossWords } from "./words.ts";

/**
 * Compares the place that offsets tell of with the server's history; without a place nothing is asked.
 * @param mode the connector's `snapshot.mode`.
 * @param name by which `cdc` knows the connector, for the words.
 * @returns undefined when the place is one of the server's history.
 * @throws Error when the server does not answer, or may not be asked: then it is not known.
 */
export async function findLoss(
  offsets: readonly ConnectorOffset[] | undefined,
  login: ServerLogin,
  mode: string | undefined,
  name: string,
): Promise<LossWords | undefined> {
  const place = placeOf(offsets);
  if (place === undefined) return undefined;
  const verdict = judgePlace(place, await readFacts(login, place), mode);
  return isLost(verdict) ? lossWords(verdict, place, name) : undefined;
}
