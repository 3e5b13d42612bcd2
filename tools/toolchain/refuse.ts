/** Problems as the error of a verb. */
import { UserError } from "../../lib/run.ts";
import type { Problem } from "../../lib/problem.ts";

/** @throws {UserError} naming every problem, when there is one. */
export function refuse(problems: readonly Problem[]): void {
  const [first, ...others] = problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
  if (first === undefined) return;
  throw new UserError([first, ...others].join("\n"), problems.map(({ remedy }) => remedy).join("\n  what to do: "));
}
