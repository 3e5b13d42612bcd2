/** `.cdc/env`: shell lines that make plain `pulumi` work in this checkout (`. .cdc/env`, any POSIX shell). */
import { shellQuoted } from "../../lib/shell.ts";

export interface EnvFile {
  /** Folders that go in front of PATH, the first one first. */
  path: string[];
  variables: Record<string, string>;
}

/** The file's text; reading it twice changes nothing more. */
export function renderEnvFile({ path, variables }: EnvFile): string {
  const lines = ["# Written by make; read it with: . .cdc/env"];
  // The last one first, as each goes to the front.
  for (const folder of path.toReversed()) {
    const word = shellQuoted(folder);
    lines.push(`case ":$PATH:" in *:${word}:*) ;; *) PATH=${word}:$PATH ;; esac`);
  }
  lines.push("export PATH");
  for (const [name, value] of Object.entries(variables)) lines.push(`export ${name}=${shellQuoted(value)}`);
  return `${lines.join("\n")}\n`;
}

/** The value that a rendered file gives a variable, or undefined. */
export function readVariable(text: string, name: string): string | undefined {
  const word = new RegExp(`^export ${name}='(.*)'$`, "m").exec(text)?.[1];
  return word?.replaceAll(String.raw`'\''`, "'");
}

/** The same for a child process: an environment with the file's settings. */
export function applied({ path, variables }: EnvFile, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = (env["PATH"] ?? "").split(":").filter((folder) => !path.includes(folder));
  return { ...env, ...variables, PATH: [...path, ...rest].join(":") };
}
