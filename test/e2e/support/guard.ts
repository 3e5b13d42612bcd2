/** What a stack's guard knows, read in its container. */
import type { GuardState } from "../../../lib/guard-state.ts";
import { dockerLines, type Checkout } from "./checkout.ts";

export async function guardState(checkout: Checkout): Promise<GuardState> {
  const lines = await dockerLines("exec", `${checkout.prefix}-guard`, "cat", "/tmp/guard.json");
  return JSON.parse(lines.join("\n")) as GuardState;
}

/** The guard's lines about a connector, without time and name. */
export async function guardLines(checkout: Checkout, connector: string): Promise<string[]> {
  const lines = await dockerLines("logs", `${checkout.prefix}-guard`);
  return lines.flatMap((line) => line.split(` ${connector}: `)[1] ?? []);
}
