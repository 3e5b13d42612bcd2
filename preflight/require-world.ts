/** The preflight as the program runs it: warnings are logged, problems stop it. */
import type { MysqlLogin } from "../lib/endpoint.ts";
import * as pulumi from "@pulumi/pulumi";
import type { Images } from "../config/images.ts";
import { renderProblems, type Problem } from "../lib/problem.ts";
import type { PipelinePlan, ShardPlan } from "../plan/types.ts";
import type { Passwords } from "../lib/passwords.ts";
import { checkExisting } from "./existing.ts";
import { checkExistingEngine } from "./existing-engine.ts";
import { checkExistingKafka } from "./existing-kafka.ts";
import { preflight } from "./index.ts";
import { checkServer } from "./server.ts";

/**
 * Looks at the world before the first resource is registered, at `pulumi preview` and `pulumi up` alike.
 * @throws pulumi.RunError naming every problem, without a stack trace.
 */
export async function requireWorld(plan: PipelinePlan, images: Images): Promise<void> {
  const { problems, warnings } = await preflight(plan, images);
  await Promise.all([...plan.warnings, ...warnings].map(warn));
  if (problems.length > 0)
    throw new pulumi.RunError(renderProblems("the pipeline cannot be brought up here", problems));
}

/**
 * Looks at the servers that somebody else runs, before the first resource is registered.
 * @param passwords of the accounts on them.
 * @throws pulumi.RunError naming every problem.
 */
export async function requireExisting(plan: PipelinePlan, passwords: Passwords): Promise<void> {
  const [servers, brokers, engine] = await Promise.all([
    checkExisting(plan, passwords),
    checkExistingKafka(plan, passwords),
    checkExistingEngine(plan, passwords),
  ]);
  const all = [
    ...(servers.length > 0 ? [renderProblems("a server cannot be captured", servers)] : []),
    ...(brokers.length > 0 ? [renderProblems("the brokers cannot be used", brokers)] : []),
    ...(engine.length > 0 ? [renderProblems("the search engine cannot be used", engine)] : []),
  ];
  if (all.length > 0) throw new pulumi.RunError(all.join("\n"));
}

/**
 * Looks at a shard's running server: variables, retention, zone and privileges may have been changed behind our back.
 * Missing privileges only warn: `up` gives them back (cdc:index:Grants).
 * @param login of the CDC account.
 * @throws pulumi.RunError naming every other problem.
 */
export async function requireServer(plan: PipelinePlan, shard: ShardPlan, login: MysqlLogin): Promise<void> {
  const address = { ...shard.endpoints.fromHost, ...login, path: shard.name };
  const found = await checkServer(address, {
    timeZone: plan.timeZone,
    databases: shard.databases,
    keyNeeds: shard.keyNeeds,
  });
  const isRepairable = ({ code }: Problem) => code === "CDC-715";
  await Promise.all(found.filter(isRepairable).map(warn));
  const problems = found.filter((problem) => !isRepairable(problem));
  if (problems.length > 0) throw new pulumi.RunError(renderProblems(`${shard.name} cannot be captured`, problems));
}

async function warn({ code, path, message, remedy }: Problem): Promise<void> {
  await pulumi.log.warn(`${code} ${path}: ${message}\n  what to do: ${remedy}`);
}
