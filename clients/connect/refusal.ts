/** Why a worker does not take a connector's configuration, as a person should meet it. */
import { ConnectRestError, type ConnectClient } from "./client.ts";
import { hintFor } from "./hints.ts";

/**
 * With a configuration that has an error, a worker of Kafka 4 fails itself (HTTP 500) instead of naming the error, as soon as the
 * connector defines properties that it keeps to itself, and Debezium does. Its check of the same configuration names it.
 */
const ownFailure = /ConfigInfo\.configValue\(\)" is null/;

/** @returns the worker's words, what its check says where they tell nothing, and what to do where that is known. */
export async function refusal(
  client: Pick<ConnectClient, "validate">,
  { name, config }: { readonly name: string; readonly config: Readonly<Record<string, string>> },
  error: ConnectRestError,
): Promise<Error> {
  const checked = ownFailure.test(error.message) ? await checkOf(client, { ...config, name }) : undefined;
  // The sentence about where else to find the same errors helps nobody here.
  const words =
    checked ?? error.message.replace(/\s*You can also find the above list of errors at the endpoint.*$/s, "");
  const hint = error.remedy ?? hintFor(words);
  return new Error(
    `connector ${name} was refused by the worker (HTTP ${error.status}): ${words}` +
      (hint === undefined ? "" : `\n  what to do: ${hint}`),
    { cause: error },
  );
}

/** @returns a line for each error; undefined when there is none, or the worker does not say: its first word stands then. */
async function checkOf(
  client: Pick<ConnectClient, "validate">,
  config: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const found = await client.validate(config).catch(() => []);
  const lines = found.flatMap(({ property, errors }) => errors.map((reason) => `${property}: ${reason}`));
  return lines.length === 0 ? undefined : lines.join("\n");
}
