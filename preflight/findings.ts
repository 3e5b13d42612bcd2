import type { Problem } from "../lib/problem.ts";

/** What a check has found. */
export interface Findings {
  /** These stop preview and up. */
  readonly problems: readonly Problem[];
  /** These are shown and stop nothing. */
  readonly warnings: readonly Problem[];
}

export const nothingFound: Findings = { problems: [], warnings: [] };

export function joinFindings(findings: readonly Findings[]): Findings {
  return {
    problems: findings.flatMap(({ problems }) => problems),
    warnings: findings.flatMap(({ warnings }) => warnings),
  };
}
