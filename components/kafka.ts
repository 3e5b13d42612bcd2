/** The brokers, whoever runs them, as the rest of the pipeline needs them. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { KafkaLogin } from "../provider/shard-resources.ts";
import type { KafkaPlan, TopicPlan } from "../plan/types.ts";

/** What stands in files of containers; all of it secret. */
export interface KafkaLogins {
  /** For the workers' file of secrets. */
  readonly workers: pulumi.Output<string>;
  /** The same for the guard. */
  readonly guard: pulumi.Output<string>;
  /** Whom the workers trust as brokers (PEM); undefined for whom everybody trusts, and where nothing is encrypted. */
  readonly ca: pulumi.Input<string> | undefined;
}

export interface Kafka {
  /** When the brokers were started: a flow proven before does not count after. */
  readonly startedAt: pulumi.Output<string[]>;
  /** With whose end topics and groups are gone; undefined where nothing of the stack's ends them. */
  readonly container: docker.Container | undefined;
  /** Depend on these for what needs the brokers' names, and waits for the brokers by itself. */
  readonly before: pulumi.Resource[];
  /** The plan with the endpoint from this machine as resources of the program take it: with their login, and with whom to trust. */
  readonly plan: KafkaPlan;
  /** What the program's resources log in with; nothing where everybody may connect. */
  readonly login: KafkaLogin;
  /** What containers log in with, as they and their clients of the network are known. */
  readonly logins: KafkaLogins;

  /**
   * Declares topics.
   * @param parent the component whose topics they are.
   */
  createTopics(topics: readonly TopicPlan[], parent: pulumi.Resource): pulumi.CustomResource[];
}
