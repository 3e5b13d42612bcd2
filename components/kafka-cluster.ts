/** The Kafka brokers, and the provider that talks to them. */
import type * as docker from "@pulumi/docker";
import * as kafka from "@pulumi/kafka";
import * as pulumi from "@pulumi/pulumi";
import { writtenKafka } from "../lib/endpoint.ts";
import { itself } from "../plan/endpoints.ts";
import type { Owner } from "../plan/owner.ts";
import type { BrokerPlan, KafkaPlan, PipelinePlan, TopicPlan } from "../plan/types.ts";
import type { CertificateAuthority } from "../provider/certificate-resources.ts";
import { BrokersInSync } from "../provider/resources.ts";
import type { KafkaLogin } from "../provider/shard-resources.ts";
import { createService, createVolume, type Service } from "./docker.ts";
import type { Kafka, KafkaLogins } from "./kafka.ts";
import { KafkaSecurity } from "./kafka-security.ts";
import type { Networks } from "./networks.ts";

export interface KafkaClusterArgs {
  readonly owner: Owner;
  readonly networks: Networks;
  readonly image: pulumi.Input<string>;
  readonly pipeline: PipelinePlan;
  /** Signs the brokers' certificates, where they have any. */
  readonly authority: CertificateAuthority;
}

/** Where everybody may connect nobody has to log in. */
const nobody: KafkaLogins = { workers: pulumi.output(""), guard: pulumi.output(""), ca: undefined };

export class KafkaCluster extends pulumi.ComponentResource implements Kafka {
  readonly startedAt: pulumi.Output<string[]>;
  /** That of the first broker. */
  readonly container: docker.Container;
  /** The brokers' containers, and the accounts on them. */
  readonly before: pulumi.CustomResource[];
  readonly plan: KafkaPlan;
  readonly login: KafkaLogin;
  readonly logins: KafkaLogins;
  readonly #ready: pulumi.Resource[];
  readonly #provider: kafka.Provider;

  constructor(name: string, args: KafkaClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:KafkaCluster", name, {}, opts);
    const { owner, networks, pipeline } = args;
    const parent = { parent: this };
    const secured =
      pipeline.security === "tls"
        ? new KafkaSecurity(args.authority, pipeline.rotation.kafkaAccounts, parent)
        : undefined;
    this.plan = secured?.planned(pipeline.kafka) ?? pipeline.kafka;
    this.login = secured === undefined ? {} : { kafkaPassword: secured.providerPassword };
    this.logins = secured?.logins ?? nobody;
    const target = { bootstrap: writtenKafka(this.plan.endpoints.fromHost), ...this.login };

    const [first, ...others] = createInTurn();
    if (first === undefined) throw new Error("a plan has at least one broker");
    this.container = first.container;
    this.#ready = [first, ...others].map(({ ready }) => ready);
    this.startedAt = pulumi.all([first, ...others].map(({ ready }) => ready.startedAt));
    // Known endpoints, so that previews can be computed; the waiting is `dependsOn`.
    this.#provider = new kafka.Provider(
      `${name}-kafka`,
      {
        bootstrapServers: pipeline.kafka.endpoints.fromHost.bootstrap.split(","),
        kafkaVersion: "4.0.0",
        ...(secured?.providerSettings ?? { tlsEnabled: false }),
      },
      { ...parent, dependsOn: this.#ready },
    );
    const accounts = secured?.createPrincipals(pipeline, this.#provider, this.container, this.#ready) ?? [];
    // Whoever waits for the brokers by itself would not wait for its account: it is refused before.
    this.before = [...[first, ...others].map(({ container }) => container), ...accounts];
    this.registerOutputs();

    /** One broker's container after the other's, so that a change of all of them leaves the cluster at work. */
    function createInTurn(): Service[] {
      const { brokers } = pipeline.kafka;
      const made: Service[] = [];
      let before: BrokersInSync | undefined;
      for (const plan of brokers) {
        const broker = createBroker(plan, before);
        made.push(broker);
        if (plan === brokers.at(-1)) break;
        const inSync = {
          ...target,
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
          ...(secured && { uploads: secured.uploadsFor(plan) }),
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
