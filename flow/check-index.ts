/**
 * Run by `pulumi up` after the sink is there (@pulumi/command): a probe change of every running shard has to be found by
 * searching the index. CDC_INDEX_TARGET is a list of IndexedFlow as JSON, its ways as `keptTarget` writes them, CDC_PASSWORD the CDC account's password
 * (environment, as arguments are public). Prints the latencies as JSON on stdout, and what it does on stderr.
 */
import { checkFlow, FlowError } from "./flow.ts";
import { targetOf, type Kept } from "../plan/endpoints.ts";
import type { IndexedFlow } from "./flow-target.ts";

/** A new sink reads first what the topics hold already. */
const timeoutMs = 120_000;

export interface IndexResult {
  /** By shard: from before the commit until a search found the document. */
  readonly latencyMs: Readonly<Record<string, number>>;
}

type KeptFlow = { readonly [Part in keyof IndexedFlow]: Kept<IndexedFlow[Part]> };

const targets = JSON.parse(process.env["CDC_INDEX_TARGET"] ?? "") as KeptFlow[];
const password = process.env["CDC_PASSWORD"] ?? "";
const checked = await Promise.allSettled(
  targets.map(async (kept) => {
    const [flow, index] = [targetOf(kept.flow), targetOf(kept.index)];
    const { latencyMs } = await checkFlow(flow, password, timeoutMs, index);
    console.error(`${flow.shard}: a change was found in ${index.alias} after ${latencyMs} ms`);
    return [flow.shard, latencyMs] as const;
  }),
);
for (const result of checked) {
  if (result.status === "fulfilled") continue;
  if (!(result.reason instanceof FlowError)) throw result.reason;
  console.error(result.reason.message);
  process.exitCode = 1;
}
const latencies = checked.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
console.log(JSON.stringify({ latencyMs: Object.fromEntries(latencies) } satisfies IndexResult));
