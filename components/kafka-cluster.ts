/** The Kafka brokers, and the provider that talks to them. */
import type * as docker from "@pulumi/docker";
import * as kafka from "@pulumi/kafka";
import * as pulumi from "@pulumi/pulumi";
import { itself } from "../plan/endpoints.ts";
import type { Owner } from "../plan/owner.ts";
import type { BrokerPlan, KafkaPlan, TopicPlan } from "../plan/types.ts";
import { BrokersInSync } from "../provider/resources.ts";
import { createService, createVolume, type Service } from "./docker.ts";
import type { Kafka } from "./kafka.ts";
import type { Networks } from "./networks.ts";

export interface KafkaClusterArgs {
  readonly owner: Owner;
  readonly networks: Networks;
  readonly image: pulumi.Input<string>;
  readonly plan: KafkaPlan;
}

export class KafkaCluster extends pulumi.ComponentResource implements Kafka {
  readonly startedAt: pulumi.Output<string[]>;
  /** That of the first broker. */
  readonly container: docker.Container;
  /** The brokers' containers. */
  readonly before: docker.Container[];
  readonly login = {};
  readonly #ready: pulumi.Resource[];
  readonly #provider: kafka.Provider;

  constructor(name: string, args: KafkaClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:KafkaCluster", name, {}, opts);
    const { owner, networks } = args;
    const parent = { parent: this };

    const [first, ...others] = createInTurn();
    if (first === undefined) throw new Error("a plan has at least one broker");
    this.container = first.container;
    this.before = [first, ...others].map(({ container }) => container);
    this.#ready = [first, ...others].map(({ ready }) => ready);
    this.startedAt = pulumi.all([first, ...others].map(({ ready }) => ready.startedAt));
    // Known endpoints, so that previews can be computed; the waiting is `dependsOn`.
    this.#provider = new kafka.Provider(
      `${name}-kafka`,
      { bootstrapServers: args.plan.endpoints.fromHost.bootstrap.split(","), tlsEnabled: false, kafkaVersion: "4.0.0" },
      { ...parent, dependsOn: this.#ready },
    );
    this.registerOutputs();

    /** One broker's container after the other's, so that a change of all of them leaves the cluster at work. */
    function createInTurn(): Service[] {
      const { brokers, endpoints } = args.plan;
      const made: Service[] = [];
      let before: BrokersInSync | undefined;
      for (const plan of brokers) {
        const broker = createBroker(plan, before);
        made.push(broker);
        if (plan === brokers.at(-1)) break;
        const inSync = {
          bootstrap: endpoints.fromHost.bootstrap,
          nodeId: plan.nodeId,
          containerId: broker.container.id,
          others: brokers.filter((other) => other !== plan).map(({ nodeId, container }) => ({ nodeId, container })),
        };
        before = new BrokersInSync(`${plan.name}-in-sync`, inSync, { ...parent, deletedWith: broker.container });
      }
      return made;
    }

    function createBroker(plan: BrokerPlan, before: BrokersInSync | undefined): Service {
      const volume = createVolume(`${plan.name}-data`, { owner, networks, volume: plan.volume }, parent);
      return createService(
        {
          owner,
          networks,
          plan,
          image: args.image,
          environment: plan.environment,
          volumes: [{ volumeName: volume.name, containerPath: "/var/lib/kafka/data" }],
          // The broker opens its listeners when it takes requests; a tool of Kafka's own would start a JVM every time.
          healthCheck: `bash -c '</dev/tcp/${itself.name}/${plan.port.internal}'`,
          stopSeconds: 30,
        },
        { ...parent, dependsOn: before === undefined ? [] : [before] },
      );
    }
  }

  createTopics(topics: readonly TopicPlan[], parent: pulumi.Resource): kafka.Topic[] {
    return topics.map(
      (topic) =>
        new kafka.Topic(
          `topic-${topic.name}`,
          { ...topic, config: { ...topic.config } },
          {
            parent,
            provider: this.#provider,
            dependsOn: this.#ready,
            deletedWith: this.container,
            // Fewer partitions mean a new topic: deleted first, as the name is the same.
            deleteBeforeReplace: true,
          },
        ),
    );
  }
}
