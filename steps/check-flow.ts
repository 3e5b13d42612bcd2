/**
 * Run by `pulumi up` for each shard (@pulumi/command): a probe change has to be seen on the shard's topic.
 * CDC_FLOW_TARGET is a FlowTarget as JSON, CDC_PASSWORD the CDC account's password (environment, as arguments are public).
 * Prints the result as JSON on stdout, and what it does on stderr.
 */
import { checkFlow, FlowError, type FlowTarget } from "./flow.ts";

const timeoutMs = 60_000;

const target = JSON.parse(process.env["CDC_FLOW_TARGET"] ?? "") as FlowTarget;
try {
  const result = await checkFlow(target, process.env["CDC_PASSWORD"] ?? "", timeoutMs);
  console.error(`${target.shard}: a change was seen on ${target.probeTopic} after ${result.latencyMs} ms`);
  console.log(JSON.stringify(result));
} catch (error) {
  if (!(error instanceof FlowError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
