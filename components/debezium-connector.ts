/** One shard's connector: its topics, the connector, the proof that changes flow, and that every table was read. */
import * as pulumi from "@pulumi/pulumi";
import { writtenHttp, writtenKafka } from "../lib/endpoint.ts";
import { ownServers } from "../plan/servers.ts";
import type { ConnectPlan, KafkaPlan, ShardPlan } from "../plan/types.ts";
import { Connector, Flow, TablesRead } from "../provider/shard-resources.ts";
import { tablesTargetOf } from "../snapshot/target.ts";
import { flowTargetOf } from "../flow/flow-target.ts";
import type { CapturedServer } from "./captured-server.ts";
import type { ConnectCluster } from "./connect-cluster.ts";
import type { Kafka } from "./kafka.ts";

export interface DebeziumConnectorArgs {
  readonly plan: ShardPlan;
  readonly kafkaPlan: KafkaPlan;
  readonly connectPlan: ConnectPlan;
  readonly shard: CapturedServer;
  /** Resolves once the server was found fit for capture; no connector is made before. */
  readonly inspected: pulumi.Output<unknown>;
  readonly kafka: Kafka;
  readonly worker: ConnectCluster;
  /** Topics that the connector writes to beside its shard's own. */
  readonly sharedTopics: readonly pulumi.Resource[];
}

export class DebeziumConnector extends pulumi.ComponentResource {
  /** State of the connector and of its task, after they were awaited. */
  readonly connectorState: pulumi.Output<string>;
  readonly taskState: pulumi.Output<string>;
  /** From commit to consumer, of the probe change; undefined for a connector that is not to run. */
  readonly probeLatencyMs: pulumi.Output<number | undefined>;
  /** When that change was seen; likewise. */
  readonly provenAt: pulumi.Output<string | undefined>;
  /** The shard's own topics. */
  readonly topics: pulumi.CustomResource[];
  /** When the connector was last created or changed: a flow proven before does not count after. */
  readonly appliedAt: pulumi.Output<string>;

  constructor(name: string, args: DebeziumConnectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:DebeziumConnector", name, {}, opts);
    const { plan, kafkaPlan, connectPlan, shard, kafka, worker } = args;
    const parent = { parent: this };

    const topics = kafka.createTopics(plan.topics, this);
    const { password, ca } = shard.login;
    const { name: connectorName, config, state, onDelete, initialOffset } = plan.connector;
    const historyTopic = config["schema.history.internal.kafka.topic"];
    const connector = new Connector(
      `${name}-connector`,
      {
        workerUrl: writtenHttp(connectPlan.endpoints.fromHost),
        name: connectorName,
        config: { ...config },
        desiredState: state,
        onDelete,
        ...kafka.login,
        ...worker.login,
        ...(historyTopic === undefined
          ? {}
          : { history: { bootstrap: writtenKafka(kafkaPlan.endpoints.fromHost), topic: historyTopic } }),
        source: {
          ...plan.endpoints.fromHost,
          user: plan.account.user,
          password,
          ...(ca !== undefined && { tls: { ca } }),
        },
        ...(initialOffset === undefined ? {} : { initialOffset: { ...initialOffset } }),
        after: pulumi
          .all([
            worker.startedAt,
            pulumi.all([shard.startedAt, ...[...shard.prepared, ...topics].map(({ id }) => id)]),
            args.inspected,
          ])
          .apply(([workers, others]) => [...workers, ...others]),
      },
      {
        ...parent,
        dependsOn: [...worker.ready, ...shard.prepared, ...topics, ...args.sharedTopics],
        // With brokers of the stack's own all that it left there goes.
        ...(kafka.container !== undefined && { deletedWith: worker.container }),
      },
    );
    this.topics = topics;
    this.appliedAt = connector.appliedAt;
    this.connectorState = connector.state;
    this.taskState = connector.taskStates.apply((states) => states.join(", "));
    const flow = state === "running" ? proveFlow() : undefined;
    this.probeLatencyMs = flow?.latencyMs ?? pulumi.output(undefined);
    shard.retireOldPassword([flow ?? connector]);
    this.provenAt = flow?.provenAt ?? pulumi.output(undefined);
    this.registerOutputs();

    function proveFlow(): Flow {
      const target = flowTargetOf({ connect: connectPlan, kafka: kafkaPlan }, plan);
      const flow = new Flow(
        `${name}-flow`,
        {
          target,
          ...shard.login,
          ...kafka.login,
          ...worker.login,
          through: [shard.startedAt, kafka.startedAt, worker.startedAt, connector.appliedAt],
          containers: [...ownServers([plan]), ...kafkaPlan.brokers, ...connectPlan.workers].map(
            ({ container }) => container,
          ),
        },
        { ...parent, dependsOn: connector, deletedWith: worker.container },
      );
      // A snapshot is over, and signals are taken up, once a change has come through.
      void new TablesRead(
        `${name}-read`,
        {
          target: tablesTargetOf({ connect: connectPlan, kafka: kafkaPlan }, plan),
          ...shard.login,
          ...kafka.login,
          ...worker.login,
          after: connector.appliedAt,
        },
        { ...parent, dependsOn: flow, deletedWith: worker.container },
      );
      return flow;
    }
  }
}
