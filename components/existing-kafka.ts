/** Brokers that somebody else runs. Topics are declared on them, and nothing else. */
import * as pulumi from "@pulumi/pulumi";
import { connectorSecrets } from "../lib/connector-secrets.ts";
import { writtenKafka } from "../lib/endpoint.ts";
import type { ExistingKafkaPlan, KafkaPlan, TopicPlan } from "../plan/types.ts";
import { SharedTopic } from "../provider/shard-resources.ts";
import type { Kafka, KafkaLogins } from "./kafka.ts";

export interface ExistingKafkaArgs {
  readonly plan: KafkaPlan & { readonly existing: ExistingKafkaPlan };
  /** Of the account that the plan names; undefined where nobody logs in. */
  readonly password: pulumi.Output<string> | undefined;
  /** The topics in which the workers keep what they know: on brokers that others use too they are declared as all others are. */
  readonly workerTopics: readonly TopicPlan[];
}

export class ExistingKafka extends pulumi.ComponentResource implements Kafka {
  /** Unknown; other brokers are another way to be proven. */
  readonly startedAt: pulumi.Output<string[]>;
  readonly container: undefined;
  readonly before: pulumi.CustomResource[];
  readonly password: pulumi.Output<string> | undefined;
  readonly plan: ExistingKafkaArgs["plan"];
  readonly logins: KafkaLogins;

  constructor(
    name: string,
    { plan, password, workerTopics }: ExistingKafkaArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("cdc:index:ExistingKafka", name, {}, opts);
    this.plan = plan;
    this.password = password;
    const { sasl, tls } = plan.endpoints.inNetwork;
    // One account for everybody.
    const login =
      sasl === undefined || password === undefined
        ? pulumi.output("")
        : password.apply((known) => connectorSecrets([], { kafka: { ...sasl, password: known } }));
    this.logins = { workers: login, guard: login, ca: tls?.ca };
    this.startedAt = pulumi.output([plan.endpoints.fromHost.bootstrap]);
    this.before = this.createTopics(workerTopics, this);
    this.registerOutputs();
  }

  createTopics(topics: readonly TopicPlan[], parent: pulumi.Resource): pulumi.CustomResource[] {
    const { endpoints, existing } = this.plan;
    return topics.map(
      (topic) =>
        new SharedTopic(
          `topic-${topic.name}`,
          {
            ...topic,
            bootstrap: writtenKafka(endpoints.fromHost),
            ...(this.password !== undefined && { kafkaPassword: this.password }),
            deleteWithStack: existing.deleteTopics,
          },
          { parent },
        ),
    );
  }
}
