/** How a stack is called, in files and on the engine. */
import { UserError } from "../lib/run.ts";

/** The project's name in Pulumi.yaml; labels and the state's path carry it. */
export const project = "cdc";

/** The file with the stack's configuration. */
export const stackFile = (stack: string): string => `Pulumi.${stack}.yaml`;

/** The value of the label `cdc.stack` on all that the stack owns on the engine, and the prefix of its things' names. */
export const stackLabel = (stack: string): string => `${project}-${stack}`;

/** Refuses names that are no stack names before they reach a path. */
export function checkStackName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$/.test(name)) return name;
  throw new UserError(
    `"${name}" is no name for a stack`,
    "use letters, digits, - and _, for example: make STACK=dev up",
  );
}
