/** Refusing to let a connector go on from a place that its server no longer knows. */
import type { ConnectClient, ConnectorOffset } from "../../connect/client.ts";
import { findLoss } from "./find-loss.ts";
import type { ServerLogin } from "./read.ts";
import { unknownCode, type LossWords } from "./words.ts";

export interface PlacedConnector {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  /** Undefined where there is no server to ask. */
  readonly source?: ServerLogin | undefined;
}

/**
 * @param given offsets that it is to have; left out, those that the worker keeps for it.
 * @throws Error when worker or server do not answer.
 */
export async function placeLoss(
  client: ConnectClient,
  { name, config, source }: PlacedConnector,
  given?: readonly ConnectorOffset[],
): Promise<LossWords | undefined> {
  return source === undefined
    ? undefined
    : await findLoss(given ?? (await client.getOffsets(name)), source, config["snapshot.mode"], name);
}

/** A refusal in words. */
export function lossText(name: string, { code, found, remedy }: LossWords): string {
  return `${code} connector ${name}: ${found}\n  what to do: ${remedy}`;
}

/**
 * @param given as in `placeLoss`.
 * @throws Error with the code of the loss, or saying that it is not known.
 */
export async function requirePlace(
  client: ConnectClient,
  connector: PlacedConnector,
  given?: readonly ConnectorOffset[],
): Promise<void> {
  const { name, source } = connector;
  const loss = await placeLoss(client, connector, given).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message || String(error) : String(error);
    throw new Error(
      `${unknownCode} connector ${name}: its place cannot be compared with the server's history at ` +
        `${source?.host}:${source?.port}: ${reason}\n  what to do: see that the server runs and lets ${source?.user} in, then again`,
      { cause: error },
    );
  });
  if (loss !== undefined) throw new Error(lossText(name, loss));
}
