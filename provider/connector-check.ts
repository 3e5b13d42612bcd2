/** What is wrong with a connector's inputs: by their shape, and by the word of the worker. */
import type { CheckFailure } from "@pulumi/pulumi/provider/index.js";
import { ConnectRestError, type ConnectClient } from "../clients/connect/client.ts";
import type { ConnectorInputs } from "../clients/connect/connector.ts";
import { lossText, placeLoss } from "../clients/debezium/history/require.ts";
import { hintFor } from "../clients/connect/hints.ts";
import { unknownValue, type Properties } from "./handler.ts";
import { within } from "./within.ts";

const allowed = { desiredState: ["running", "paused", "stopped"], onDelete: ["reset", "keep"] } as const;

/** @param inputs without the wraps of secrets; what is unknown yet passes. */
export function shapeFailures(inputs: Properties): CheckFailure[] {
  const values = Object.entries((inputs["config"] ?? {}) as Properties)
    .filter(([, value]) => typeof value !== "string")
    .map(([key, value]) => ({ property: "", reason: `${key}: must be text, found ${JSON.stringify(value)}` }));
  const words = Object.entries(allowed)
    .filter(([property, known]) => ![...known, unknownValue].includes(inputs[property] as string))
    .map(([property, known]) => ({ property, reason: `allowed is ${known.join(", ")}` }));
  return [...values, ...words];
}

/**
 * Has the worker check the configuration; for that Debezium logs in to the database.
 * @returns a failure for each error, by its field; nothing when the worker does not answer in time.
 */
export async function validateOnWorker(
  client: ConnectClient,
  { name, config }: ConnectorInputs,
  limitMs: number,
): Promise<CheckFailure[]> {
  const answer = client.validate({ ...config, name }).catch((error: unknown) => {
    // The one error that is not reported by property.
    if (!(error instanceof ConnectRestError) || !error.message.includes("Failed to find any class")) throw error;
    return [
      { property: "connector.class", errors: [`the worker has no connector ${config["connector.class"] ?? ""}`] },
    ];
  });
  const found = await within(limitMs, answer, []);
  return found.flatMap(({ property, errors }) =>
    // Not as the failure's property: the engine would look for a value by that name, and print that it found none.
    errors.map((reason) => ({ property: "", reason: `${property}: ${withHint(reason)}` })),
  );
}

/**
 * Compares the connector's place with its server's history.
 * @returns a failure when it is lost; nothing when worker or server do not answer in time: `up` asks them once more.
 */
export async function lossFailures(
  client: ConnectClient,
  wanted: ConnectorInputs,
  limitMs: number,
): Promise<CheckFailure[]> {
  const loss = await within(limitMs, placeLoss(client, wanted), undefined);
  return loss === undefined ? [] : [{ property: "", reason: lossText(wanted.name, loss) }];
}

function withHint(reason: string): string {
  const hint = hintFor(reason);
  return hint === undefined ? reason : `${reason}\n  what to do: ${hint}`;
}
