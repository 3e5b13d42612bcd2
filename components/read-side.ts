/** The read side: engine, indices, the sink that fills them, the proof that changes arrive, and the search page. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { keptTarget } from "../plan/endpoints.ts";
import type { Owner } from "../plan/owner.ts";
import type { PipelinePlan, ReadSidePlan } from "../plan/types.ts";
import { type Network } from "../provider/resources.ts";
import { Connector, Flow } from "../provider/shard-resources.ts";
import { flowTargetOf, indexTargetOf } from "../flow/flow-target.ts";
import type { ConnectCluster } from "./connect-cluster.ts";
import type { DebeziumConnector } from "./debezium-connector.ts";
import type { KafkaCluster } from "./kafka-cluster.ts";
import type { MysqlShard } from "./mysql-shard.ts";
import { SearchEngine } from "./search-engine.ts";
import { SearchPage } from "./search-page.ts";

export interface ReadSideArgs {
  readonly owner: Owner;
  readonly network: Network;
  /** The engine's image. */
  readonly image: pulumi.Input<string>;
  /** An image with Node, for the page. */
  readonly nodeImage: pulumi.Input<string>;
  readonly plan: ReadSidePlan;
  readonly pipeline: PipelinePlan;
  readonly kafka: KafkaCluster;
  readonly worker: ConnectCluster;
  readonly shards: readonly { readonly shard: MysqlShard; readonly connector: DebeziumConnector }[];
  /** Merged data topics. */
  readonly sharedTopics: readonly pulumi.CustomResource[];
  /** Password of the CDC account. */
  readonly cdcPassword: pulumi.Output<string>;
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
    const { owner, network, plan, pipeline, kafka, worker, shards } = args;
    const { url } = plan.endpoints.fromHost;
    const parent = { parent: this };
    // Where the documents of another sink go is its own affair.
    const isOwnSink = plan.sink.plugin.archive === undefined;

    const engine =
      plan.engine === undefined
        ? undefined
        : new SearchEngine(
            plan.engine.name,
            { owner, network, image: args.image, plan: plan.engine, makesIndices: !isOwnSink },
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
        : new SearchPage(plan.page.name, { owner, network, image: args.nodeImage, plan: plan.page }, parent);
    this.summary = pulumi.all([page?.url, sink.state, indexLatencyMs]).apply(([pageUrl, sinkState, latencies]) => ({
      engine: url,
      page: pageUrl,
      sink: plan.sink.name,
      sinkState,
      indexLatencyMs: latencies,
    }));
    this.registerOutputs();

    /** Mappings, from the columns as they are on the shards; before the first write, as a type cannot be changed later. */
    function prepareIndices(): command.local.Command {
      const { refreshIntervalMs } = plan;
      const keptIndices = [...plan.indices, plan.probeIndex].map((index) => ({
        ...index,
        shards: index.shards.map(keptTarget),
      }));
      return new command.local.Command(
        `${name}-indices`,
        {
          create: "node provider/scripts/prepare-indices.ts",
          environment: {
            CDC_INDICES: JSON.stringify({ url, refreshIntervalMs, indices: keptIndices }),
            CDC_PASSWORD: args.cdcPassword,
            // What has tables and indices: when one of these is new, it has to be looked at again.
            CDC_INDICES_FOR: pulumi.jsonStringify([
              engineStartedAt,
              shards.map(({ shard }) => [shard.filesHash, ...shard.prepared.map(({ id }) => id)]),
            ]),
          },
          logging: command.local.Logging.Stderr,
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
          workerUrl: pipeline.connect.endpoints.fromHost.url,
          name: sinkName,
          config: { ...config },
          consumer: { bootstrap: pipeline.kafka.endpoints.fromHost.bootstrap, group: `connect-${sinkName}` },
          target: targetOf(indices),
          after: pulumi
            .all([worker.startedAt, pulumi.all([engineStartedAt, ...read.map(({ id }) => id)])])
            .apply(([workers, others]) => [...workers, ...others]),
        },
        {
          ...parent,
          dependsOn: [...worker.ready, ...read, ...(indices === undefined ? [] : [indices])],
          // Its offsets and its configuration are topics; a worker may be new while they stay.
          deletedWith: kafka.container,
        },
      );
    }

    /** Another engine, or one whose data was lost, has to be filled from the beginning. */
    function targetOf(prepared: command.local.Command | undefined): pulumi.Output<string> {
      const className = plan.sink.config["connector.class"];
      if (prepared === undefined) return pulumi.output(`${className} ${url}`);
      const { stdout } = prepared;
      return pulumi.unsecret(stdout).apply((text) => (JSON.parse(text) as { clusterUuid: string }).clusterUuid);
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
            password: args.cdcPassword,
            through: [...through, shard.startedAt, connector.appliedAt, connector.provenAt],
            containers: [planned, ...shared].map(({ container }) => container),
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
