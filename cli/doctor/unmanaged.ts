/** Connectors on the worker that the plan does not know. */
import { topicsWaitedFor } from "../../flow/waited-topics.ts";
import type { UnmanagedConnector, StatusProblem } from "../status/schema.ts";
import { judgeUnmanaged, unmanagedIn } from "../status/judge-unmanaged.ts";
import { lookAtTopics } from "../topics/observe.ts";
import type { OperatedStack } from "../context.ts";
import { broken, well, type Outcome } from "./walk.ts";

export async function lookAtUnmanaged({ plan, worker }: OperatedStack): Promise<Outcome> {
  const connectors = await worker.listConnectors();
  const workers = plan.connect.workers.map(({ container }) => container);
  const waited = unmanagedIn(plan, connectors).map(
    async ({ info: { name } }) => [name, await topicsWaitedFor(workers, name)] as const,
  );
  const seen = { connectors: { value: connectors }, topics: { value: await lookAtTopics(plan) } };
  return judgeFound(judgeUnmanaged(plan, { ...seen, waitedFor: new Map(await Promise.all(waited)) }));
}

export function judgeFound({
  unmanagedConnectors,
  problems,
}: {
  readonly unmanagedConnectors: readonly UnmanagedConnector[];
  readonly problems: readonly StatusProblem[];
}): Outcome {
  const [first] = problems;
  if (first !== undefined) return broken(first.message, first.remedy);
  if (unmanagedConnectors.length === 0) return well("every connector on the worker is the plan's");
  return well(
    `not in the plan, and at work: ${unmanagedConnectors.map(({ name, state }) => `${name} (${state})`).join(", ")}`,
  );
}
