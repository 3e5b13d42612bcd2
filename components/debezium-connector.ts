/** One shard's connector: its topics, the connector, and the proof that changes flow. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { KafkaPlan, ShardPlan } from "../plan/types.ts";
import { Connector } from "../provider/resources.ts";
import type { FlowResult, FlowTarget } from "../steps/flow.ts";
import type { ConnectCluster } from "./connect-cluster.ts";
import type { KafkaCluster } from "./kafka-cluster.ts";
import type { MysqlShard } from "./mysql-shard.ts";

export interface DebeziumConnectorArgs {
  readonly plan: ShardPlan;
  readonly kafkaPlan: KafkaPlan;
  /** Root of the worker's REST API as reached from this machine. */
  readonly connectUrl: string;
  readonly shard: MysqlShard;
  readonly kafka: KafkaCluster;
  readonly worker: ConnectCluster;
  /** Topics that the connector writes to beside its shard's own. */
  readonly sharedTopics: readonly pulumi.Resource[];
  /** Password of the CDC account. */
  readonly cdcPassword: pulumi.Output<string>;
}

export class DebeziumConnector extends pulumi.ComponentResource {
  /** State of the connector and of its task, after they were awaited. */
  readonly connectorState: pulumi.Output<string>;
  readonly taskState: pulumi.Output<string>;
  /** From commit to consumer, of the probe change. */
  readonly probeLatencyMs: pulumi.Output<number>;

  constructor(name: string, args: DebeziumConnectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:DebeziumConnector", name, {}, opts);
    const { plan, kafkaPlan, shard, kafka, worker } = args;
    const parent = { parent: this };

    const topics = kafka.createTopics(plan.topics, this);
    const connector = new Connector(
      `${name}-connector`,
      { workerUrl: args.connectUrl, name: plan.connector.name, config: { ...plan.connector.config } },
      {
        ...parent,
        dependsOn: [...worker.ready, ...shard.prepared, ...topics, ...args.sharedTopics],
        deletedWith: worker.container,
      },
    );
    const target: FlowTarget = {
      shard: plan.name,
      mysqlHostPort: plan.port.host,
      connector: plan.connector.name,
      connectUrl: args.connectUrl,
      bootstrap: kafkaPlan.hostBootstrap,
      probeTopic: plan.probeTopic,
    };
    const flow = new command.local.Command(
      `${name}-flow`,
      {
        create: "node steps/check-flow.ts",
        environment: {
          CDC_FLOW_TARGET: JSON.stringify(target),
          CDC_PASSWORD: args.cdcPassword,
          // What the change has to pass through: when one of these is new, the proof has to be given again.
          CDC_FLOW_THROUGH: pulumi.jsonStringify([
            shard.startedAt,
            kafka.startedAt,
            worker.startedAt,
            connector.config,
          ]),
        },
        logging: command.local.Logging.Stderr,
      },
      { ...parent, dependsOn: connector, deletedWith: worker.container },
    );
    this.connectorState = connector.state;
    this.taskState = connector.taskStates.apply((states) => states.join(", "));
    // The environment holds a secret, so the engine takes stdout for one too; a latency is none.
    this.probeLatencyMs = pulumi.unsecret(flow.stdout).apply((stdout) => (JSON.parse(stdout) as FlowResult).latencyMs);
    this.registerOutputs();
  }
}
