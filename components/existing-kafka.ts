/** Brokers that somebody else runs. Topics are declared on them, and nothing else. */
import * as pulumi from "@pulumi/pulumi";
import { connectorSecrets } from "../lib/connector-secrets.ts";
import { writtenKafka } from "../lib/endpoint.ts";
import type { ExistingKafkaPlan, KafkaPlan, TopicPlan } from "../plan/types.ts";
import { SharedTopic, type KafkaLogin } from "../provider/shard-resources.ts";
import type { Kafka, KafkaLogins } from "./kafka.ts";

export interface ExistingKafkaArgs {
  readonly plan: KafkaPlan & { readonly existing: ExistingKafkaPlan };
  /** Of the account and the certificate that the plan names; nothing where nobody logs in. */
  readonly login: KafkaLogin;
  /** The topics in which the workers keep what they know: on brokers that others use too they are declared as all others are. */
  readonly workerTopics: readonly TopicPlan[];
}

export class ExistingKafka extends pulumi.ComponentResource implements Kafka {
  /** Unknown; other brokers are another way to be proven. */
  readonly startedAt: pulumi.Output<string[]>;
  readonly container: undefined;
  readonly before: pulumi.CustomResource[];
  readonly login: KafkaLogin;
  readonly plan: ExistingKafkaArgs["plan"];
  readonly logins: KafkaLogins;

  constructor(name: string, { plan, login, workerTopics }: ExistingKafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:ExistingKafka", name, {}, opts);
    this.plan = plan;
    this.login = login;
    const { sasl, tls } = plan.endpoints.inNetwork;
    const { kafkaPassword } = login;
    // One account for everybody.
    const one =
      sasl === undefined || kafkaPassword === undefined
        ? pulumi.output("")
        : pulumi.output(kafkaPassword).apply((password) => connectorSecrets([], { kafka: { ...sasl, password } }));
    this.logins = { workers: one, guard: one, ca: tls?.ca };
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
            ...this.login,
            deleteWithStack: existing.deleteTopics,
          },
          { parent },
        ),
    );
  }
}
