/**
 * What a secret looks like, by its name and by its form: the one definition for refusals, policies, previews and the command
 * line. Names: those that Kafka types as PASSWORD (SslConfigs, SaslConfigs, OAuth's; kafka.apache.org/documentation), but for
 * certificates, which are public, and JAAS texts, which are looked into; and what other systems call theirs.
 */

/** A clear secret: where it is, and what gave it away. Never the text itself. */
export interface ClearSecret {
  readonly property: string;
  readonly what: string;
}

/** Looks into data that was text. */
type InData = (property: string, name: string, data: unknown) => ClearSecret[];

const secretWord = /(password|passwd|passphrase|pwd|\bpass|secret|token|credentials?|apikey|authorization)$/;
const secretPair = /\b(access|account|api|encryption|keystore|master|private|secret|shared|signing) key$|\buser info$/;

/** Whether a name ends like that of a secret, in any spelling: `database.password`, `authToken`, `SSL_KEY_PASSWORD`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[^A-Za-z0-9]+/g, " ")
    .trim()
    .toLowerCase();
  return secretWord.test(words) || secretPair.test(words);
}

/** Whether a value may be shown on a terminal or in a log: of no secret's name, or a mere placeholder, and without a secret in it. */
export function isShowable(name: string, value: string): boolean {
  return secretsIn(name, name, value).length === 0;
}

/** The clear secrets in a value with a name. @param inData how data in text (JSON) is looked into. */
export function secretsIn(property: string, name: string, value: string, inData: InData = inPlainData): ClearSecret[] {
  if (isSecretName(name) && isClear(value)) return [{ property, what: "text" }];
  return inText(property, value, inData);
}

/**
 * `NAME=value`, `"name": "value"`, `--name value` in files, scripts, JAAS and arguments. The value is looked at but not
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

/** The clear secrets in a text without a name of its own. */
export function inText(property: string, text: string, inData: InData = inPlainData): ClearSecret[] {
  const data = parsedJson(text);
  if (data !== undefined) return inData(property, "", data);
  const named = [...text.matchAll(assignment)]
    .filter(([, name = "", value = ""]) => isSecretName(name) && isClear(unquoted(value)) && !isShellReference(value))
    .map(([, name = ""]) => ({ property, what: name }));
  const formed = forms.filter(([, form]) => form.test(text)).map(([what]) => ({ property, what }));
  return [...named, ...formed];
}

function inPlainData(property: string, name: string, data: unknown): ClearSecret[] {
  if (typeof data === "string") return secretsIn(property, name, data);
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data).flatMap(([key, part]) => inPlainData(`${property}.${key}`, key, part));
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

/** Whether a text is a value itself: not empty, no switch, no placeholder of a config provider. */
function isClear(text: string): boolean {
  return text !== "" && !/^(true|false|on|off|yes|no|[01]|null|none)$/i.test(text) && !/^\$\{[^}]+\}$/.test(text);
}

/** `$NAME`, `${NAME}` or `$(cat FILE)`, as a shell would read it. */
function isShellReference(value: string): boolean {
  return /^"?\$[({A-Za-z_]/.test(value);
}

function unquoted(value: string): string {
  return /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;
}
