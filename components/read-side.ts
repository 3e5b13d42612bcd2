/** The read side: engine, indices, the sink that fills them, the proof that changes arrive, and the search page. */
import * as pulumi from "@pulumi/pulumi";
import { writtenHttp, writtenKafka } from "../lib/endpoint.ts";
import { keptTarget } from "../plan/endpoints.ts";
import type { Owner } from "../plan/owner.ts";
import { ownServers } from "../plan/servers.ts";
import { originOf } from "../plan/row-origin.ts";
import type { PipelinePlan, ReadSidePlan } from "../plan/types.ts";
import { Indices, type IndicesArgs } from "../provider/read-side-resources.ts";
import { Connector, Flow } from "../provider/shard-resources.ts";
import { flowTargetOf, indexTargetOf } from "../flow/flow-target.ts";
import type { CapturedServer } from "./captured-server.ts";
import type { ConnectCluster } from "./connect-cluster.ts";
import type { DebeziumConnector } from "./debezium-connector.ts";
import type { Kafka } from "./kafka.ts";
import { SearchEngine } from "./search-engine.ts";
import { SearchPage } from "./search-page.ts";
import type { Networks } from "./networks.ts";

export interface ReadSideArgs {
  readonly owner: Owner;
  readonly networks: Networks;
  /** The engine's image. */
  readonly image: pulumi.Input<string>;
  /** An image with Node, for the page. */
  readonly nodeImage: pulumi.Input<string>;
  readonly plan: ReadSidePlan;
  readonly pipeline: PipelinePlan;
  readonly kafka: Kafka;
  readonly worker: ConnectCluster;
  readonly shards: readonly { readonly shard: CapturedServer; readonly connector: DebeziumConnector }[];
  /** Merged data topics. */
  readonly sharedTopics: readonly pulumi.CustomResource[];
  /** Password of the CDC account. */
  readonly cdcPassword: pulumi.Output<string>;
  /** Certificate (PEM) of the authority of MySQL's. */
  readonly ca: pulumi.Output<string>;
  /** Of the engine's user; undefined where nobody logs in. */
  readonly enginePassword: pulumi.Output<string> | undefined;
}

/** What `up` tells of the read side. */
export interface ReadSideSummary {
  /** Root of the engine's REST API on this machine. */
  readonly engine: string;
  /** Undefined when it is switched off. */
  readonly page: string | undefined;
  readonly sink: string;
  readonly sinkState: string;
  /** From commit to being found by a search, by shard; of those whose connector is to run. */
  readonly indexLatencyMs: Readonly<Record<string, number>>;
}

export class ReadSide extends pulumi.ComponentResource {
  readonly summary: pulumi.Output<ReadSideSummary>;

  constructor(name: string, args: ReadSideArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:ReadSide", name, {}, opts);
    const { owner, networks, plan, pipeline, kafka, worker, shards } = args;
    const { url } = plan.endpoints.fromHost;
    const parent = { parent: this };
    const engineLogin = args.enginePassword === undefined ? {} : { enginePassword: args.enginePassword };
    // Where the documents of another sink go is its own affair.
    const isOwnSink = plan.sink.plugin.archive === undefined;

    const engine =
      plan.engine === undefined
        ? undefined
        : new SearchEngine(
            plan.engine.name,
            { owner, networks, image: args.image, plan: plan.engine, makesIndices: !isOwnSink },
            parent,
          );
    const engineStartedAt = engine?.startedAt ?? pulumi.output(url);
    const topics = kafka.createTopics(plan.topics, this);
    const indices = isOwnSink ? prepareIndices() : undefined;
    const sink = createSink();
    const indexLatencyMs = isOwnSink ? proveIndex() : pulumi.output<Readonly<Record<string, number>>>({});
    const page =
      plan.page === undefined
        ? undefined
        : new SearchPage(
            plan.page.name,
            { owner, networks, image: args.nodeImage, plan: plan.page, enginePassword: args.enginePassword },
            parent,
          );
    this.summary = pulumi.all([page?.url, sink.state, indexLatencyMs]).apply(([pageUrl, sinkState, latencies]) => ({
      engine: url,
      page: pageUrl,
      sink: plan.sink.name,
      sinkState,
      indexLatencyMs: latencies,
    }));
    this.registerOutputs();

    /** Who captures on servers that somebody else runs; undefined where there is none. */
    function loginsElsewhere(): IndicesArgs["logins"] {
      const found = pipeline.shards.flatMap(({ name: shardName }, at) => {
        const { user, password } = shards[at]?.shard.login ?? {};
        return user === undefined || password === undefined ? [] : [[shardName, { user, password }] as const];
      });
      return found.length === 0 ? undefined : Object.fromEntries(found);
    }

    /** Before the first write, as a type cannot be changed later. */
    function prepareIndices(): Indices {
      const { refreshIntervalMs } = plan;
      const withRows = plan.indices.map((index) => ({ ...index, rows: originOf(pipeline, index) }));
      const indices = [...withRows, ...(plan.probeIndex === undefined ? [] : [plan.probeIndex])].map((index) => ({
        ...index,
        shards: index.shards.map((shard) => keptTarget(shard)),
      }));
      const logins = loginsElsewhere();
      return new Indices(
        `${name}-indices`,
        {
          target: { url: writtenHttp(plan.endpoints.fromHost), refreshIntervalMs, indices },
          password: args.cdcPassword,
          ca: args.ca,
          ...(logins !== undefined && { logins }),
          ...engineLogin,
          after: pulumi.all([
            engineStartedAt,
            pulumi.all(shards.map(({ shard }) => pulumi.all([shard.filesHash, ...shard.prepared.map(({ id }) => id)]))),
          ]),
        },
        {
          ...parent,
          dependsOn: [...(engine === undefined ? [] : [engine]), ...shards.flatMap(({ shard }) => shard.prepared)],
        },
      );
    }

    function createSink(): Connector {
      const { name: sinkName, config } = plan.sink;
      const read = [...topics, ...args.sharedTopics, ...shards.flatMap(({ connector }) => connector.topics)];
      return new Connector(
        `${name}-sink`,
        {
          workerUrl: writtenHttp(pipeline.connect.endpoints.fromHost),
          name: sinkName,
          config: { ...config },
          consumer: { bootstrap: writtenKafka(pipeline.kafka.endpoints.fromHost), group: `connect-${sinkName}` },
          ...kafka.login,
          ...worker.login,
          // Another engine, one whose data was lost, or indices that were made anew have to be filled from the beginning.
          target: indices?.filled ?? `${config["connector.class"]} ${url}`,
          after: pulumi
            .all([worker.startedAt, pulumi.all([engineStartedAt, ...read.map(({ id }) => id)])])
            .apply(([workers, others]) => [...workers, ...others]),
        },
        {
          ...parent,
          dependsOn: [...worker.ready, ...read, ...(indices === undefined ? [] : [indices])],
          // Its offsets and its configuration are topics; a worker may be new while they stay.
          ...(kafka.container !== undefined && { deletedWith: kafka.container }),
        },
      );
    }

    /** Of every shard whose connector is to run. */
    function proveIndex(): pulumi.Output<Readonly<Record<string, number>>> {
      const through = [engineStartedAt, kafka.startedAt, worker.startedAt, sink.appliedAt];
      const shared = [...pipeline.kafka.brokers, ...pipeline.connect.workers, ...(plan.engine ? [plan.engine] : [])];
      const latencies = pipeline.shards.flatMap((planned, at) => {
        const made = shards[at];
        if (made === undefined || planned.connector.state !== "running") return [];
        const { shard, connector } = made;
        const flow = new Flow(
          `${planned.key}-indexed`,
          {
            target: flowTargetOf(pipeline, planned),
            index: indexTargetOf(pipeline, plan, planned),
            ...shard.login,
            ...kafka.login,
            ...engineLogin,
            ...worker.login,
            through: [...through, shard.startedAt, connector.appliedAt, connector.provenAt],
            containers: [...ownServers([planned]), ...shared].map(({ container }) => container),
            // A new sink reads first what the topics hold already.
            timeoutSeconds: 120,
          },
          // The worker is the sink's: with it the proof goes, and needs no living server.
          { ...parent, dependsOn: [sink, connector], deletedWith: worker.container },
        );
        return [flow.latencyMs.apply((latencyMs) => [planned.name, latencyMs] as const)];
      });
      return pulumi.all(latencies).apply((entries) => Object.fromEntries(entries));
    }
  }
}
