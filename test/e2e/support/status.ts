/** `cdc status --json` of a test's stack. */
import type { Status } from "../../../cli/status/schema.ts";
import { cdc } from "./cdc.ts";
import type { Checkout } from "./checkout.ts";
import { until } from "./until.ts";

/** What it says, and the command's exit code. @throws Error when it says nothing. */
export async function statusOf(checkout: Checkout): Promise<Status & { readonly code: number | null }> {
  const { code, stdout, stderr } = await cdc(checkout, "status", "--json");
  if (stdout === "") throw new Error(`cdc status --json said nothing: ${stderr}`);
  return { ...(JSON.parse(stdout) as Status), code };
}

/** Looks until it is as wanted. @throws Error with what was seen last, its problems among the first. */
export async function untilStatus(checkout: Checkout, wanted: (seen: Status) => boolean): Promise<Status> {
  return await until("status as wanted", async () => await statusOf(checkout), wanted, 1000);
}

/** For what works again by itself: the sink writes on, the guard restarts a task. */
export async function untilHealthy(checkout: Checkout): Promise<Status> {
  return await untilStatus(checkout, ({ healthy }) => healthy);
}
