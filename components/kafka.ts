/** The brokers, whoever runs them, as the rest of the pipeline needs them. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { KafkaLogin } from "../provider/shard-resources.ts";
import type { TopicPlan } from "../plan/types.ts";

export interface Kafka {
  /** When the brokers were started: a flow proven before does not count after. */
  readonly startedAt: pulumi.Output<string[]>;
  /** With whose end topics and groups are gone; undefined where nothing of the stack's ends them. */
  readonly container: docker.Container | undefined;
  /** Depend on these for what needs the brokers' names, and waits for the brokers by itself. */
  readonly before: pulumi.Resource[];
  /** What clients log in with; nothing where everybody may. */
  readonly login: KafkaLogin;

  /**
   * Declares topics.
   * @param parent the component whose topics they are.
   */
  createTopics(topics: readonly TopicPlan[], parent: pulumi.Resource): pulumi.CustomResource[];
}
