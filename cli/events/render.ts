/** What happened, for a person. */
import { formatTable } from "../../lib/table.ts";
import { coloured } from "../output.ts";
import type { Happened } from "./happened.ts";

const colours = { INFO: "reset", WARN: "yellow", ERROR: "red" } as const;

/** One line for each, the oldest first: time (UTC), to whom, what. */
export function renderEvents(happened: readonly Happened[]): string {
  if (happened.length === 0) return "nothing happened in that time";
  return formatTable(
    ["TIME", "WHO", "WHAT"],
    happened.map(({ timeMs, who, level, text }) => [timeOf(timeMs), who, coloured(colours[level], text)]),
  );
}

/** `2026-11-27T14:00:14Z` */
export function timeOf(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, "Z");
}
