/** What is wrong with a configuration (or with the world it is to be applied to), for the person who has to mend it. */

export interface Problem {
  /** Stable code: the same problem keeps it whatever its words. docs/refusals.md lists them all. */
  readonly code: `CDC-${number}`;
  /** The configuration field, `cdc:shards[1].serverId`, or the thing outside, `port 3308`. */
  readonly path: string;
  /** What was found, and what is allowed. */
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
}

/** A configuration that cannot be used; its message shows every problem. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[];
  constructor(headline: string, problems: readonly Problem[]) {
    super(renderProblems(headline, problems));
    this.name = "ProblemError";
    this.problems = problems;
  }
}

/** For `filter`: leaves out what was said before, of the same field in the same words. */
export function isFirst(problem: Problem, index: number, all: readonly Problem[]): boolean {
  return (
    all.findIndex(
      (other) => other.code === problem.code && other.path === problem.path && other.message === problem.message,
    ) === index
  );
}

/** @throws ProblemError when there is any problem. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemError("the configuration cannot be used", problems);
}

/** Renders problems as the text of one error: two lines each. */
export function renderProblems(headline: string, problems: readonly Problem[]): string {
  const lines = problems.flatMap(({ code, path, message, remedy }) => [
    `  ${code} ${path}: ${message}`,
    `    what to do: ${remedy}`,
  ]);
  return [`${headline}:`, ...lines].join("\n");
}
