/** How a command ended: what it printed when it was to succeed, and when it was to fail. */
import { expect } from "vitest";
import type { Ran } from "./cdc.ts";
import type { Result } from "./checkout.ts";

/** Never what a person should meet: a stack trace of ours. */
const ownTrace = /\n\s+at .*\.ts:\d+/;

/** @returns what it printed; of `cdc`, its stdout alone. */
export function succeeded(ended: Result | Ran): string {
  expect(ended.code, printed(ended)).toBe(0);
  return "output" in ended ? ended.output : ended.stdout;
}

/** @returns all that it printed, in which there is no stack trace. */
export function failed(ended: Result | Ran): string {
  expect(ended.code, printed(ended)).not.toBe(0);
  expect(printed(ended)).not.toMatch(ownTrace);
  return printed(ended);
}

function printed(ended: Result | Ran): string {
  return "output" in ended ? ended.output : ended.stdout + ended.stderr;
}
