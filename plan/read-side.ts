/** The read side: a search engine, the sink connector that keeps it in step with the shards, and the search page. */
import { engineJavaOptions } from "./jvm.ts";
import type { PipelineConfig } from "../config/schema.ts";
import { hasOwnSink, planIndices, planProbeIndex, type PlannedShards } from "./indices.ts";
import { deadLetterTopic, planSink, retryTopic } from "./sink.ts";
import { TopicPlanner } from "./topics.ts";
import type { EnginePlan, IndexPlan, PagePlan, ReadSidePlan } from "./types.ts";

const engineAlias = "opensearch";
const enginePort = 9200;
const pagePort = 8090;
/** Measured with a heap of 512 MiB: Lucene's buffers, threads and classes beside it. */
const engineOverheadMiB = 350;
/** As the guard: Node, and little of its own. */
const pageMemoryMiB = 90;
const pageMemoryLimitMiB = 256;

/**
 * Plans the read side. With another sink than our own no index is planned: where its documents go is its own affair.
 * @returns undefined when it is switched off.
 */
export function planReadSide(stack: string, config: PipelineConfig, planned: PlannedShards): ReadSidePlan | undefined {
  const { enabled, engineUrl, port, refreshIntervalMs } = config.readSide;
  if (!enabled) return undefined;
  const internalUrl = engineUrl ?? `http://${engineAlias}:${enginePort}`;
  const indices = hasOwnSink(config) ? planIndices(config, planned.resolved) : [];
  const topics = new TopicPlanner(config);
  return {
    engine: engineUrl === undefined ? planEngine(stack, config) : undefined,
    url: engineUrl ?? `http://127.0.0.1:${port + config.portOffset}`,
    internalUrl,
    refreshIntervalMs,
    indices,
    probeIndex: planProbeIndex(config, planned),
    sink: planSink(stack, config, planned, internalUrl),
    deadLetterTopic,
    retryTopic,
    topics: [topics.deadLetters(deadLetterTopic), topics.deadLetters(retryTopic)],
    page: indices.length === 0 ? undefined : planPage(stack, config, internalUrl, indices),
  };
}

function planEngine(stack: string, { readSide, portOffset }: PipelineConfig): EnginePlan {
  return {
    name: engineAlias,
    container: `${stack}-${engineAlias}`,
    alias: engineAlias,
    port: { internal: enginePort, host: readSide.port + portOffset },
    // Another name, so that data that goes and data that stays are never taken for one another.
    volume: `${stack}-${engineAlias}-${readSide.keepIndex ? "kept" : "data"}`,
    keepsData: readSide.keepIndex,
    expectedMemoryMiB: readSide.heapMiB + engineOverheadMiB,
    memoryLimitMiB: undefined,
    javaOptions: engineJavaOptions(readSide.heapMiB),
  };
}

function planPage(
  stack: string,
  { readSide, portOffset }: PipelineConfig,
  engineUrl: string,
  indices: readonly IndexPlan[],
): PagePlan | undefined {
  if (!readSide.page.enabled) return undefined;
  return {
    name: "search",
    container: `${stack}-search`,
    alias: "search",
    port: { internal: pagePort, host: readSide.page.port + portOffset },
    expectedMemoryMiB: pageMemoryMiB,
    memoryLimitMiB: pageMemoryLimitMiB,
    settings: { engineUrl, indices: indices.map(({ alias, table }) => ({ alias, table })) },
  };
}
