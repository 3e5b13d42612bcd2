/** No secret in clear in any input: it would stand in the state, in previews and in `docker inspect`. */
import { inText, secretsIn, type ClearSecret } from "../../lib/secrets.ts";
import { fields, texts, unknownValue, secretValue, type Resource, type Violation } from "./resource.ts";

const allowed = "a Pulumi secret, a file, or a placeholder of a config provider";
const remedy =
  "pass a secret output (pulumi.secret), a file (MYSQL_ROOT_PASSWORD_FILE and its like) " +
  "or a placeholder such as ${file:/path:key}";

/**
 * Finds secrets in clear, by names (`database.password`, `MYSQL_ROOT_PASSWORD`, `--password=`) and by forms (SQL, URLs,
 * private keys). Values that are marked as secrets or not known yet are passed over; so the marks must be there.
 */
export function clearSecrets(resource: Resource): Violation[] {
  return Object.entries(resource.inputs)
    .flatMap(([key, value]) => inField(key, key, value))
    .map(({ property, what }) => ({ resource, property, found: `${what} in clear`, allowed, remedy }));
}

function inField(property: string, key: string, value: unknown): ClearSecret[] {
  if (typeof value === "string") return secretsIn(property, key, value, inField);
  if (value === unknownValue || value === secretValue || value === null) return [];
  if (Array.isArray(value)) return inList(property, key, value);
  return Object.entries(fields(value)).flatMap(([name, part]) => inField(`${property}.${name}`, name, part));
}

function inList(property: string, key: string, list: readonly unknown[]): ClearSecret[] {
  // Environment lists: everything after the first "=" is the value; no shell reads it.
  if (key === "envs" || key === "env")
    return texts(list).flatMap((entry) => {
      const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
      return inField(`${property}.${name}`, name, value);
    });
  // Arguments are read together, as an option's value may be an argument of its own.
  const words = texts(list).join("\n");
  const others = list.flatMap((element, index) => {
    if (typeof element === "string") return [];
    const { label, name = label, key: entryKey = name, value, file, content } = fields(element);
    // A pair such as { label: "token", value: "…" } names its value beside it, an upload by its file.
    if (typeof entryKey === "string" && value !== undefined)
      return inField(`${property}[${index}].value`, entryKey, value);
    if (typeof file === "string" && content !== undefined)
      return inField(`${property}[${index}].content`, file.slice(file.lastIndexOf("/") + 1), content);
    return inField(`${property}[${index}]`, key, element);
  });
  return [...inText(property, words, inField), ...others];
}
