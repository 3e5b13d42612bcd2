/** Passwords of the program's own, and the order of their rotation: who gets a new password waits for those who have to take it first. */
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "../provider/resources.ts";

/** A password of the program's own. @param rotation its word in the plan: another one makes another password. */
export function rotatedPassword(
  name: string,
  rotation: string | undefined,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new RandomPassword(name, { length: 24, ...(rotation === undefined ? {} : { rotation }) }, options).result;
}

/**
 * A password for those who use it, held back until it can be used.
 * @param rotation its word in the plan; undefined for a password that was never rotated, which is not held back: on a cold start
 * nobody waits for anybody.
 * @param first asked late, so that it may tell of what is made after this call.
 */
export function heldBack(
  password: pulumi.Output<string>,
  rotation: string | undefined,
  first: () => readonly pulumi.Output<unknown>[],
): pulumi.Output<string> {
  // A preview makes nothing, and what is not known in it would be shown as a change of everybody's.
  if (rotation === undefined || pulumi.runtime.isDryRun()) return password;
  return password.apply((known) => pulumi.all([...first()]).apply(() => known));
}
