/** The Kafka broker, and the provider that talks to it. */
import type * as docker from "@pulumi/docker";
import * as kafka from "@pulumi/kafka";
import * as pulumi from "@pulumi/pulumi";
import type { KafkaPlan, TopicPlan } from "../plan/types.ts";
import { createService, createVolume } from "./docker.ts";

export interface KafkaClusterArgs {
  readonly stack: string;
  readonly network: docker.Network;
  readonly image: pulumi.Input<string>;
  readonly plan: KafkaPlan;
}

export class KafkaCluster extends pulumi.ComponentResource {
  /** When the broker was started: a flow proven before does not count after. */
  readonly startedAt: pulumi.Output<string>;
  readonly #container: docker.Container;
  readonly #provider: kafka.Provider;
  readonly #ready: pulumi.Resource;

  constructor(name: string, args: KafkaClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:KafkaCluster", name, {}, opts);
    const { plan } = args;
    const parent = { parent: this };

    const volume = createVolume(`${name}-data`, args.stack, plan.volume, parent);
    const { container, ready } = createService(
      name,
      {
        stack: args.stack,
        network: args.network,
        container: plan.container,
        alias: plan.alias,
        port: plan.port,
        image: args.image,
        environment: plan.environment,
        volumes: [{ volumeName: volume.name, containerPath: "/var/lib/kafka/data" }],
        // The broker opens its listeners when it takes requests; a tool of Kafka's own would start a JVM every time.
        healthCheck: `bash -c '</dev/tcp/localhost/${plan.port.internal}'`,
        stopSeconds: 30,
      },
      parent,
    );
    this.startedAt = ready.startedAt;
    this.#container = container;
    this.#ready = ready;
    // Known endpoints, so that previews can be computed; the waiting is `dependsOn`.
    this.#provider = new kafka.Provider(
      `${name}-kafka`,
      { bootstrapServers: [plan.hostBootstrap], tlsEnabled: false, kafkaVersion: "4.0.0" },
      { ...parent, dependsOn: ready },
    );
    this.registerOutputs();
  }

  /**
   * Declares topics on this cluster.
   * @param parent the component whose topics they are.
   */
  createTopics(topics: readonly TopicPlan[], parent: pulumi.Resource): kafka.Topic[] {
    return topics.map(
      (topic) =>
        new kafka.Topic(
          `topic-${topic.name}`,
          { ...topic, config: { ...topic.config } },
          // Fewer partitions would mean a new topic: deleted first, as the name is the same.
          {
            parent,
            provider: this.#provider,
            dependsOn: this.#ready,
            deletedWith: this.#container,
            deleteBeforeReplace: true,
          },
        ),
    );
  }
}
