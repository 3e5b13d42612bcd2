/** No secret in clear in any input: it would stand in the state, in previews and in `docker inspect`. */
import { fields, texts, unknownValue, secretValue, type Resource, type Violation } from "./resource.ts";

const allowed = "a Pulumi secret, a file, or a placeholder of a config provider";
const remedy =
  "pass a secret output (pulumi.secret), a file (MYSQL_ROOT_PASSWORD_FILE and its like) " +
  "or a placeholder such as ${file:/path:key}";

/** A clear secret: where it is, and what gave it away. Never the text itself. */
interface Finding {
  readonly property: string;
  readonly what: string;
}

/**
 * Finds secrets in clear, by names (`database.password`, `MYSQL_ROOT_PASSWORD`, `--password=`) and by forms (SQL, URLs,
 * private keys). Values that are marked as secrets or not known yet are passed over; so the marks must be there.
 */
export function clearSecrets(resource: Resource): Violation[] {
  return Object.entries(resource.inputs)
    .flatMap(([key, value]) => inField(key, key, value))
    .map(({ property, what }) => ({ resource, property, found: `${what} in clear`, allowed, remedy }));
}

function inField(property: string, key: string, value: unknown): Finding[] {
  if (typeof value === "string") {
    if (isSecretName(key) && isClear(value)) return [{ property, what: "text" }];
    return inText(property, value);
  }
  if (value === unknownValue || value === secretValue || value === null) return [];
  if (Array.isArray(value)) return inList(property, key, value);
  return Object.entries(fields(value)).flatMap(([name, part]) => inField(`${property}.${name}`, name, part));
}

function inList(property: string, key: string, list: readonly unknown[]): Finding[] {
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
  return [...inText(property, words), ...others];
}

/**
 * `NAME=value`, `"name": "value"`, `--name value` in files, scripts and arguments. The value is looked at but not
 * consumed, as it may hold assignments itself.
 */
const assignment =
  /(?<![\w.])([A-Za-z][\w.-]*)["']?(?:\s*[=:]\s*|(?<=--[\w.-]+)\s+)(?=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',;&]+))/g;

/** Secrets by their form, wherever they stand. */
const forms: readonly (readonly [string, RegExp])[] = [
  ["password of an SQL account", /\bidentified\s+(?:with\s+\S+\s+)?by\s+'(?!\$)[^']+'/i],
  ["password in a URL", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@$]+:(?!\$\{)[^\s/@]+@/i],
  ["private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["password after -p", /\bmysql(?:admin|dump|sh)?\b[^|;&]*\s-p(?![$"'\s])(?!\d+:\d)\S+/],
];

function inText(property: string, text: string): Finding[] {
  const data = parsedJson(text);
  if (data !== undefined) return inField(property, "", data);
  const named = [...text.matchAll(assignment)]
    .filter(([, name = "", value = ""]) => isSecretName(name) && isClear(unquoted(value)) && !isShellReference(value))
    .map(([, name = ""]) => ({ property, what: name }));
  const formed = forms.filter(([, form]) => form.test(text)).map(([what]) => ({ property, what }));
  return [...named, ...formed];
}

function parsedJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Text that only begins like JSON: it is read as text.
    return undefined;
  }
}

const secretWord = /(password|passwd|passphrase|pwd|secret|token|credentials?|apikey)$/;
const secretPair = /\b(api|access|private|secret) key$|\buser info$/;

/** Whether a name ends like that of a secret, in any spelling: `database.password`, `authToken`, `SSL_KEY_PASSWORD`. */
function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[^A-Za-z0-9]+/g, " ")
    .trim()
    .toLowerCase();
  return secretWord.test(words) || secretPair.test(words);
}

/** Whether a text is a value itself: not empty, no switch, no placeholder of a config provider. */
function isClear(text: string): boolean {
  return text !== "" && !/^(true|false|null|none)$/i.test(text) && !/^\$\{[^}]+\}$/.test(text);
}

/** `$NAME`, `${NAME}` or `$(cat FILE)`, as a shell would read it. */
function isShellReference(value: string): boolean {
  return /^"?\$[({A-Za-z_]/.test(value);
}

function unquoted(value: string): string {
  return /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;
}
