/** A stack's files as they stand, for those who run beside the Pulumi program: keys and values read as Pulumi reads them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { isErrno, UserError } from "../lib/run.ts";
import { fieldOf, isEncrypted, replaceSecrets, textOf, valueOf } from "./raw.ts";
import { project, stackFile } from "./stack-name.ts";

/**
 * The configuration values that Pulumi would hand to the program: Pulumi.yaml's defaults under the stack's own, with keys
 * and values read as Pulumi reads them (`shards` is `cdc:shards`, and `"1000"` a number).
 * @param name of the stack's file, for errors.
 * @throws {UserError} when a file is no YAML, a field is there twice, or a value is encrypted.
 */
export function mergeConfig(
  projectYaml: string,
  stackYaml: string,
  name = "the stack's file",
): Record<string, unknown> {
  const catalogue = (read(projectYaml, "Pulumi.yaml") as Configured<unknown> | null)?.config ?? {};
  const own = (read(stackYaml, name) as Configured<unknown> | null)?.config ?? {};
  const values = new Map<string, unknown>();
  for (const [key, entry] of Object.entries(catalogue)) {
    const field = fieldOf(key, project);
    const value = defaultIn(entry);
    if (field !== undefined && value !== undefined) values.set(field, value);
  }
  const keys = new Map<string, string>();
  // Unknown keys too: the program would refuse them, so this has to.
  for (const [key, value] of Object.entries(own)) {
    const field = fieldOf(key, project);
    if (field === undefined) continue;
    const other = keys.get(field);
    if (other !== undefined)
      throw new UserError(`${name} has ${project}:${field} twice, as ${other} and as ${key}`, "remove one of the two");
    const readable = replaceSecrets(field, value, () => undefined);
    if (isEncrypted(readable))
      throw new UserError(
        `${project}:${field} in ${name} is encrypted (secure:), and can only be read with the stack's passphrase`,
        "write it in clear (pulumi config set --plaintext): the secrets that fields hold are passwords and keys for servers that somebody else runs " +
          `(${project}:shards[0].mysql.password, ${project}:kafka.existing.sasl.password or .clientSecret, ${project}:kafka.existing.tls.key, ${project}:readSide.engineLogin.password) and who is told of alerts ` +
          `(${project}:monitoring.alertsTo), all others are made by the pipeline`,
      );
    keys.set(field, key);
    values.set(field, value);
  }
  return Object.fromEntries([...values].map(([field, value]) => [field, valueOf(field, textOf(value))]));
}

interface Configured<T> {
  readonly config?: Readonly<Record<string, T>>;
}

/** An entry of Pulumi.yaml is `{default: VALUE, …}`, or the value itself. */
function defaultIn(entry: unknown): unknown {
  const isDefinition = typeof entry === "object" && entry !== null && !Array.isArray(entry);
  return isDefinition ? (entry as { default?: unknown }).default : entry;
}

function read(yaml: string, name: string): unknown {
  try {
    return parse(yaml) as unknown;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UserError(`${name} is no YAML: ${error.message.trimEnd()}`, `mend ${name} at that place`, {
      cause: error,
    });
  }
}

/**
 * Whose secrets stand in clear in a field of a stack's file (`replaceSecrets`): the program gets all of them decrypted, and could not
 * tell.
 * @param stackYaml the file's text.
 */
export function secretsInClear(stackYaml: string, field: string): ReadonlySet<string> {
  const found = new Set<string>();
  replaceSecrets(field, mergeConfig("{}", stackYaml)[field], (secret, whose) =>
    typeof secret === "string" ? found.add(whose) : undefined,
  );
  return found;
}

/**
 * Whether the stack's files say `cdc:keepData: true`: it may have been written since the last
 * `up`, of which the state tells. Files that are there and cannot be read count as if they did.
 * @param folder the checkout's.
 */
export async function fileSaysKeep(folder: string, stack: string): Promise<boolean> {
  const text = async (name: string) =>
    await readFile(join(folder, name), "utf8").catch((error: unknown) => {
      if (isErrno(error, "ENOENT")) return "{}";
      throw error;
    });
  try {
    return mergeConfig(await text("Pulumi.yaml"), await text(stackFile(stack)))["keepData"] === true;
  } catch {
    return true;
  }
}
