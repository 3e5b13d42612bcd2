/** The Pulumi resources of the project's own provider plugin (provider.ts). */
import * as pulumi from "@pulumi/pulumi";

export interface ConnectorArgs {
  /** Root of the worker's REST API as reached from the machine that runs Pulumi. A change replaces the connector. */
  readonly workerUrl: pulumi.Input<string>;
  /** Name on the worker. A change replaces the connector. */
  readonly name: pulumi.Input<string>;
  /** The connector's configuration, every value as text. Secrets belong in the worker's config provider: write placeholders. */
  readonly config: pulumi.Input<Record<string, string>>;
  /** How long to wait until connector and tasks run, in seconds. Default 90. */
  readonly timeoutSeconds?: pulumi.Input<number>;
}

/** A Kafka Connect connector: created by an idempotent PUT, awaited until its tasks run, read back on refresh. */
export class Connector extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly config: pulumi.Output<Record<string, string>>;
  /** The connector's state as last seen; RUNNING after an `up`. */
  declare readonly state: pulumi.Output<string>;
  /** State of each task as last seen, by task id. */
  declare readonly taskStates: pulumi.Output<string[]>;

  constructor(name: string, args: ConnectorArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { state: undefined, taskStates: undefined };
    super("cdc:index:Connector", name, { timeoutSeconds: 90, ...args, ...outputs }, opts);
  }
}

export interface ContainerReadyArgs {
  /** The container's name on the engine. */
  readonly container: pulumi.Input<string>;
  /** The container's id, so that a new container is awaited anew. */
  readonly containerId: pulumi.Input<string>;
  /** How long to wait for the container's health check, in seconds. Default 180. */
  readonly timeoutSeconds?: pulumi.Input<number>;
}

/** A container that runs and is healthy. One that has stopped is started again by the next `up`. */
export class ContainerReady extends pulumi.CustomResource {
  /** When the container was started, as the engine writes it; a new value means that what uses it has to be proven anew. */
  declare readonly startedAt: pulumi.Output<string>;

  constructor(name: string, args: ContainerReadyArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:ContainerReady", name, { timeoutSeconds: 180, ...args, startedAt: undefined }, opts);
  }
}

/** A random password of letters and digits, made once and kept as a secret in the state. */
export class RandomPassword extends pulumi.CustomResource {
  /** The password; a secret. */
  declare readonly result: pulumi.Output<string>;

  constructor(name: string, args: { readonly length: number }, opts?: pulumi.CustomResourceOptions) {
    super(
      "cdc:index:RandomPassword",
      name,
      { ...args, result: undefined },
      { ...opts, additionalSecretOutputs: ["result"] },
    );
  }
}
