/** The read side: a search engine, the sink connector that keeps it in step with the shards, and the search page. */
import { engineJavaOptions } from "./jvm.ts";
import { pidsLimit } from "./limits.ts";
import { jvmMemoryLimitMiB, nodeMemoryLimitMiB } from "./memory.ts";
import type { PipelineConfig } from "../config/schema.ts";
import { enginePasswordFile } from "../lib/constants.ts";
import { writtenHttp, type HttpEndpoint, type KafkaEndpoint } from "../lib/endpoint.ts";
import { hasOwnSink, planIndices, planProbeIndex, type PlannedShards } from "./indices.ts";
import { askedIn, networkNames } from "./networks.ts";
import { deadLetterTopic, planSink, retryTopic } from "./sink.ts";
import { existingEndpoints, httpEndpoints, ownNames, publishedPort, type PublishedPort } from "./endpoints.ts";
import { engineSettings } from "./row-size.ts";
import { TopicPlanner } from "./topics.ts";
import type { EnginePlan, IndexPlan, SearchPagePlan, ReadSidePlan } from "./types.ts";

const engineAlias = "opensearch";
const enginePort = 9200;
const pagePort = 8090;
/** Measured with a heap of 512 MiB: Lucene's buffers, threads and classes beside it. */
const engineOverheadMiB = 350;
/** As the guard: Node, and little of its own. */
const pageMemoryMiB = 90;

/**
 * Plans the read side. With another sink than our own no index is planned: where its documents go is its own affair.
 * @param reached the brokers inside the network, and certificates of authorities by their files.
 * @returns undefined when it is switched off.
 */
export function planReadSide(
  stack: string,
  config: PipelineConfig,
  planned: PlannedShards,
  reached: { readonly brokers: KafkaEndpoint; readonly authorities: Readonly<Record<string, string>> },
): ReadSidePlan | undefined {
  const { enabled, refreshIntervalMs } = config.readSide;
  if (!enabled) return undefined;
  const existing = existingEngine(config, reached.authorities);
  const engine = existing === undefined ? planEngine(stack, config) : undefined;
  const endpoints =
    existing === undefined ? httpEndpoints(engineAlias, enginePortOf(config)) : existingEndpoints(existing);
  const read = planIndices(config, planned.resolved);
  const indices = hasOwnSink(config) ? read : [];
  const topics = new TopicPlanner(config);
  return {
    engine,
    endpoints,
    refreshIntervalMs,
    indices,
    probeIndex: planProbeIndex(config, planned),
    sink: planSink(stack, config, {
      shards: planned.shards,
      indices: read,
      engine: endpoints.inNetwork,
      brokers: reached.brokers,
    }),
    deadLetterTopic,
    retryTopic,
    topics: [topics.deadLetters(deadLetterTopic), topics.deadLetters(retryTopic)],
    page: indices.length === 0 ? undefined : planPage(stack, config, endpoints.inNetwork, indices),
  };
}

/** An engine that is there already. */
function existingEngine(
  { readSide: { engineUrl, engineLogin, engineCaFile } }: PipelineConfig,
  authorities: Readonly<Record<string, string>>,
): HttpEndpoint | undefined {
  if (engineUrl === undefined) return undefined;
  const ca = engineCaFile === undefined ? undefined : authorities[engineCaFile];
  return {
    url: engineUrl,
    ...(ca !== undefined && { tls: { ca } }),
    ...(engineLogin !== undefined && { login: { user: engineLogin.user } }),
  };
}

function enginePortOf({ readSide, portOffset }: PipelineConfig): PublishedPort {
  return publishedPort(enginePort, readSide.port + portOffset);
}

function planEngine(stack: string, config: PipelineConfig): EnginePlan {
  const { readSide } = config;
  const networks = networkNames(stack);
  return {
    name: engineAlias,
    container: `${stack}-${engineAlias}`,
    alias: engineAlias,
    // With the page or without: to switch that off does not restart the engine.
    networks: [askedIn(networks.readSide, engineAlias), askedIn(networks.page, engineAlias)],
    port: enginePortOf(config),
    // Another name, so that data that goes and data that stays are never taken for one another.
    volume: `${stack}-${engineAlias}-${readSide.keepIndex ? "kept" : "data"}`,
    keepsData: readSide.keepIndex,
    expectedMemoryMiB: readSide.heapMiB + engineOverheadMiB,
    memoryLimitMiB: jvmMemoryLimitMiB(readSide.heapMiB),
    pidsLimit,
    javaOptions: engineJavaOptions(readSide.heapMiB),
    settings: { ...closedDoors(config), ...engineSettings(config) },
  };
}

/**
 * What a page of another site in a browser on this machine could do by a request without a body. The engine looks at Origin only
 * where CORS is on, and lets no other site in then; at Host it looks never.
 */
function closedDoors(config: PipelineConfig): Record<string, string> {
  return {
    "action.destructive_requires_name": "true",
    "cluster.indices.close.enable": "false",
    "http.cors.allow-origin": httpEndpoints(engineAlias, enginePortOf(config)).fromHost.url,
    "http.cors.enabled": "true",
    // Nothing here runs one; another sink may.
    ...(hasOwnSink(config) ? { "script.allowed_types": "none" } : {}),
  };
}

function planPage(
  stack: string,
  { readSide, portOffset }: PipelineConfig,
  engine: HttpEndpoint,
  indices: readonly IndexPlan[],
): SearchPagePlan | undefined {
  if (!readSide.page.enabled) return undefined;
  const alias = "search";
  const container = `${stack}-${alias}`;
  const port = publishedPort(pagePort, readSide.page.port + portOffset);
  return {
    name: alias,
    container,
    alias,
    networks: [askedIn(networkNames(stack).page, alias)],
    port,
    endpoints: httpEndpoints(alias, port),
    expectedMemoryMiB: pageMemoryMiB,
    memoryLimitMiB: nodeMemoryLimitMiB,
    pidsLimit,
    settings: {
      engineUrl: writtenHttp(engine),
      ...(engine.login !== undefined && { passwordFile: enginePasswordFile }),
      hosts: ownNames(alias, container),
      indices: indices.map(({ alias, table }) => ({ alias, table })),
    },
  };
}
