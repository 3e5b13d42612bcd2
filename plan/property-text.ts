/** Free properties as text: names that no file or environment takes, control characters, secrets in clear. */
import { secretsIn } from "../lib/secrets.ts";
import { secretsFolder } from "../lib/constants.ts";
import type { Problem } from "../lib/problem.ts";

/** Where properties end up, and so what they may hold. */
export interface Destination {
  /** Names that can be properties there. */
  readonly name: RegExp;
  /** The same in words. */
  readonly nameInWords: string;
  /** Whether a value may have several lines: not where a line is a setting. */
  readonly takesLines: boolean;
  /** Where a secret in clear would be seen. */
  readonly shownIn: string;
  /** How a secret gets there instead. */
  readonly secretRemedy: string;
}

const fileRemedy =
  `put it into a properties file in ${secretsFolder} of a Kafka image of your own (cdc:kafka.image), ` +
  `and write \${file:${secretsFolder}/FILE:KEY}`;
const anyName = { name: /^[^\s\p{Cc}]+$/u, nameInWords: "a name has no blanks and no control characters" };

export const toConnector: Destination = {
  ...anyName,
  takesLines: true,
  shownIn: "the worker's REST API and its topic",
  secretRemedy: fileRemedy,
};

export const toWorker: Destination = {
  ...anyName,
  takesLines: false,
  shownIn: "the worker's file of properties, in previews and in Pulumi's state",
  secretRemedy: fileRemedy,
};

export const toBroker: Destination = {
  // They reach it as names of environment variables, which its image takes apart again.
  name: /^[a-z0-9][a-z0-9._-]*$/,
  nameInWords: "a broker's properties are written in lower-case letters, digits, '.', '_' and '-'",
  takesLines: false,
  shownIn: "the broker's environment (docker inspect), in previews and in Pulumi's state",
  secretRemedy:
    `${fileRemedy}, with config.providers: file and ` +
    "config.providers.file.class: org.apache.kafka.common.config.provider.FileConfigProvider",
};

export const toServer: Destination = {
  name: /^(--)?[A-Za-z0-9][\w.-]*$/,
  nameInWords: "mysqld's options are written in letters, digits, '_', '-' and '.'",
  takesLines: false,
  shownIn: "the server's arguments (docker inspect), in previews and in Pulumi's state",
  secretRemedy: "put it into an option file of a MySQL image of your own (cdc:mysql.image)",
};

/** Finds names that are none, values that a line cannot hold, and secrets in clear. */
export function findTextProblems(
  path: string,
  properties: Readonly<Record<string, string>>,
  to: Destination,
): Problem[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    if (!to.name.test(key)) {
      const message = `found the name ${JSON.stringify(key)}; ${to.nameInWords}`;
      return [{ code: "CDC-111" as const, path, message, remedy: "correct the name, or remove the property" }];
    }
    return [...controlCharacters(`${path}.${key}`, value, to), ...secretInClear(`${path}.${key}`, key, value, to)];
  });
}

function controlCharacters(path: string, value: string, { takesLines }: Destination): Problem[] {
  const [found] = (takesLines ? /(?![\n\r\t])\p{Cc}/u : /\p{Cc}/u).exec(value) ?? [];
  if (found === undefined) return [];
  const isLineBreak = found === "\n" || found === "\r";
  const code = `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  return [
    {
      code: "CDC-110",
      path,
      message: isLineBreak
        ? "has a line break, but a setting is one line"
        : `has a control character (${code}), which no setting takes`,
      remedy: isLineBreak
        ? "write it on one line; in YAML, with > (folded) and not with | (lines kept), and with - behind it: >-"
        : "remove the character",
    },
  ];
}

function secretInClear(path: string, key: string, value: string, to: Destination): Problem[] {
  const [secret] = secretsIn(key, key, value);
  if (secret === undefined) return [];
  const what = secret.what === "text" ? "" : ` (${secret.what})`;
  return [
    {
      code: "CDC-304",
      path,
      message: `holds a secret${what} that would stand in clear in ${to.shownIn}`,
      remedy: to.secretRemedy,
    },
  ];
}
