/** The Kafka Connect worker with the Debezium plugin. */
import * as command from "@pulumi/command";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { renderProperties } from "../plan/connect.ts";
import { cdcPasswordKey, connectorSecretsFile, pluginPath, workerPropertiesFile } from "../plan/constants.ts";
import type { ConnectPlan } from "../plan/types.ts";
import type { ContainerReady } from "../provider/resources.ts";
import { createService, createVolume } from "./docker.ts";
import type { KafkaCluster } from "./kafka-cluster.ts";

export interface ConnectClusterArgs {
  readonly stack: string;
  readonly network: docker.Network;
  readonly image: pulumi.Input<string>;
  readonly plan: ConnectPlan;
  readonly kafka: KafkaCluster;
  /** Password of the CDC account; the same on every shard, so that a further shard leaves the worker alone. */
  readonly cdcPassword: pulumi.Output<string>;
}

export class ConnectCluster extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** Depend on it before anything is asked of the REST API. */
  readonly ready: ContainerReady;

  constructor(name: string, args: ConnectClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:ConnectCluster", name, {}, opts);
    const { plan } = args;
    const parent = { parent: this };

    const topics = args.kafka.createTopics(plan.topics, this);
    const volume = createVolume(`${name}-plugins`, args.stack, plan.pluginVolume, parent);
    const plugin = new command.local.Command(
      `${name}-debezium`,
      {
        create: "node steps/bring-plugin.ts",
        environment: { CDC_PLUGIN_VOLUME: volume.name, CDC_PLUGIN_IMAGE: args.image },
        logging: command.local.Logging.Stderr,
      },
      { ...parent, deletedWith: volume },
    );
    const { container, ready } = createService(
      name,
      {
        stack: args.stack,
        network: args.network,
        container: plan.container,
        alias: plan.alias,
        port: plan.port,
        image: args.image,
        command: ["/opt/kafka/bin/connect-distributed.sh", workerPropertiesFile],
        environment: { KAFKA_HEAP_OPTS: plan.heapOptions },
        uploads: [
          { file: workerPropertiesFile, content: renderProperties(plan.properties), permissions: "0444" },
          {
            file: connectorSecretsFile,
            content: pulumi.interpolate`${cdcPasswordKey}=${args.cdcPassword}\n`,
            permissions: "0444",
          },
        ],
        volumes: [{ volumeName: volume.name, containerPath: pluginPath, readOnly: true }],
        // 200 once the worker has joined its group and read its topics (KIP-1017).
        healthCheck:
          `bash -c 'exec 3<>/dev/tcp/localhost/${plan.port.internal} && ` +
          `printf "GET /health HTTP/1.0\\r\\n\\r\\n" >&3 && head -n1 <&3 | grep -q " 200 "'`,
        stopSeconds: 30,
      },
      { ...parent, dependsOn: [plugin, ...topics] },
    );
    this.container = container;
    this.ready = ready;
    this.registerOutputs();
  }
}
