/** A connector's configuration beside the plan's. Pure. */
import { isShowable } from "../../lib/secrets.ts";
import type { SinkPlan } from "../../plan/types.ts";
import type { OperatedConnector } from "../context.ts";
import { problem } from "./judge-containers.ts";
import type { StatusProblem } from "./schema.ts";

/** Differences that are listed one by one. */
const shown = 5;

/** What is to be compared: a shard's connector, or the sink. */
type Configured = Pick<OperatedConnector, "name"> & { readonly connector: Pick<SinkPlan, "name" | "config"> };

/**
 * Keys that differ, each with what was found and what is declared.
 * @param found as the worker has it; undefined when that is not known.
 */
export function configurationProblem(
  { name: part, connector }: Configured,
  found: Readonly<Record<string, string>> | undefined,
): StatusProblem[] {
  if (found === undefined) return [];
  const declared: Readonly<Record<string, string>> = { ...connector.config, name: connector.name };
  const keys = [...new Set([...Object.keys(declared), ...Object.keys(found)])]
    .filter((key) => declared[key] !== found[key])
    .toSorted();
  if (keys.length === 0) return [];
  const differences = keys.slice(0, shown).map((key) => {
    if (![found[key], declared[key]].every((value) => isShowable(key, value ?? ""))) return `${key} (not shown)`;
    return `${key} is ${said(found[key])}, declared ${said(declared[key])}`;
  });
  const more = keys.length > shown ? `; and ${keys.length - shown} more` : "";
  return [
    problem(
      part,
      `the configuration of ${connector.name} is not the plan's: ${differences.join("; ")}${more}`,
      "pulumi preview shows every difference, pulumi up repairs it; a change of yours needs pulumi up",
    ),
  ];
}

function said(value: string | undefined): string {
  return value === undefined ? "not set" : JSON.stringify(value);
}
