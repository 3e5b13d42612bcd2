/** Connectors on the worker that the plan does not know. */
import { topicsWaitedFor } from "../../flow/waited-topics.ts";
import type { Stranger, StatusProblem } from "../status/schema.ts";
import { judgeStrangers, strangersIn } from "../status/judge-strangers.ts";
import { lookAtTopics } from "../topics/observe.ts";
import type { OperatedStack } from "../context.ts";
import { broken, well, type Outcome } from "./walk.ts";

export async function lookAtStrangers({ plan, worker }: OperatedStack): Promise<Outcome> {
  const connectors = await worker.listConnectors();
  const workers = plan.connect.workers.map(({ container }) => container);
  const waited = strangersIn(plan, connectors).map(
    async ({ info: { name } }) => [name, await topicsWaitedFor(workers, name)] as const,
  );
  const seen = { connectors: { value: connectors }, topics: { value: await lookAtTopics(plan) } };
  return judgeFound(judgeStrangers(plan, { ...seen, waitedFor: new Map(await Promise.all(waited)) }));
}

export function judgeFound({
  strangers,
  problems,
}: {
  readonly strangers: readonly Stranger[];
  readonly problems: readonly StatusProblem[];
}): Outcome {
  const [first] = problems;
  if (first !== undefined) return broken(first.message, first.remedy);
  if (strangers.length === 0) return well("every connector on the worker is the plan's");
  return well(`not in the plan, and at work: ${strangers.map(({ name, state }) => `${name} (${state})`).join(", ")}`);
}
