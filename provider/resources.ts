/** The Pulumi resources of the project's own provider plugin (provider.ts). */
import * as pulumi from "@pulumi/pulumi";
import type { DesiredState } from "../connect/client.ts";
import type { FlowTarget } from "../steps/flow-target.ts";
import type { PreparedKind } from "./prepared-image.ts";

export interface ConnectorArgs {
  /** Root of the worker's REST API as reached from the machine that runs Pulumi. A change replaces the connector. */
  readonly workerUrl: pulumi.Input<string>;
  /** Name on the worker. A change replaces the connector. */
  readonly name: pulumi.Input<string>;
  /**
   * The connector's configuration, every value as text. Secrets belong in the worker's config provider: write placeholders.
   * A preview has the worker check it, when that answers and `after` is known; errors stand under their keys.
   */
  readonly config: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * `running`, `paused` (keeps its tasks and their connections) or `stopped` (gives them up); all keep the offsets.
   * It is created in that state and moved to another in place. Default `running`. Upstream: KIP-875, KIP-980.
   */
  readonly desiredState?: pulumi.Input<DesiredState>;
  /**
   * `reset` forgets offsets and schema history when the connector is deleted, so that a later one of its name begins
   * anew; `keep` leaves them, so that it goes on from there. Default `reset`.
   */
  readonly onDelete?: pulumi.Input<"reset" | "keep">;
  /** The schema history topic, which `reset` empties; `bootstrap` as reached from the machine that runs Pulumi. Default: none. */
  readonly history?: pulumi.Input<{ readonly bootstrap: string; readonly topic: string }>;
  /** A sink's consumer group, which `reset` deletes; `bootstrap` as reached from the machine that runs Pulumi. Default: none. */
  readonly consumer?: pulumi.Input<{ readonly bootstrap: string; readonly group: string }>;
  /** What a sink writes to. A change replaces the connector, so that it begins anew. Default: none. */
  readonly target?: pulumi.Input<string>;
  /**
   * Where a connector that is created begins to read: `{ file, pos }` for Debezium's MySQL connector. Of no effect on one
   * that exists. Default: at its own offsets, or as its snapshot mode says.
   */
  readonly initialOffset?: pulumi.Input<Record<string, string | number>>;
  /**
   * Ids or start times of what the connector meets (server, topics, worker). While one is unknown, as something is about to
   * be made or replaced, the worker is not asked to check the configuration. A change alone changes nothing.
   */
  readonly after?: pulumi.Input<pulumi.Input<string>[]>;
  /** How long to wait until connector and tasks are as desired, in seconds. Default 90. */
  readonly timeoutSeconds?: pulumi.Input<number>;
}

/**
 * A Kafka Connect connector: created in the desired state, awaited until connector and tasks are in it, changed in place,
 * read back on refresh; what was done to it behind Pulumi's back is seen by the next preview and mended by the next `up`.
 * A failed task fails the `up` with the telling lines of its trace.
 */
export class Connector extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly config: pulumi.Output<Record<string, string>>;
  /** The connector's state as last seen: RUNNING, PAUSED or STOPPED after an `up`. */
  declare readonly state: pulumi.Output<string>;
  /** State of each task as last seen, by task id. */
  declare readonly taskStates: pulumi.Output<string[]>;
  /** When it was last created or changed (ISO 8601); a new value means that the flow through it has to be proven anew. */
  declare readonly appliedAt: pulumi.Output<string>;

  constructor(name: string, args: ConnectorArgs, opts?: pulumi.CustomResourceOptions) {
    const defaults = { desiredState: "running", onDelete: "reset", timeoutSeconds: 90 };
    const outputs = { state: undefined, taskStates: undefined, appliedAt: undefined };
    // Of one name there is one: made first, a replacement would take the old one over and then be deleted as the old one.
    super("cdc:index:Connector", name, { ...defaults, ...args, ...outputs }, { deleteBeforeReplace: true, ...opts });
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

/**
 * The stack's network. @pulumi/docker's waits two seconds after it made or removed one, and all containers with it: an
 * eighth of a whole cold start.
 */
export class Network extends pulumi.CustomResource {
  /** Name on the engine. */
  declare readonly name: pulumi.Output<string>;

  /** @param args.stack the plan's `stack`, for the label. A change of either replaces. */
  constructor(
    name: string,
    args: { readonly name: string; readonly stack: string },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("cdc:index:Network", name, args, opts);
  }
}

export interface PreparedImageArgs {
  /** What is prepared: `mysql`, a data directory; `broker` or `worker`, a class-data archive. */
  readonly kind: PreparedKind;
  /** Reference of the image that it is made from. */
  readonly image: string;
  /** That image's id on the engine: another one under the same reference is prepared anew. */
  readonly baseId: pulumi.Input<string>;
  /**
   * For a worker alone: version and volume of the Debezium plugin whose classes it is to know, and the id of a prepared
   * mysql image, from which it reads while it is prepared.
   */
  readonly worker?: {
    readonly pluginVersion: string;
    readonly pluginVolume: pulumi.Input<string>;
    readonly mysqlImage: pulumi.Input<string>;
  };
}

/**
 * An image that starts fast, made once on the engine out of another (images/prepared/). It stays on the engine when the
 * stack goes, as the other one does.
 */
export class PreparedImage extends pulumi.CustomResource {
  /** Its id on the engine. */
  declare readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: PreparedImageArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:PreparedImage", name, { ...args, imageId: undefined }, opts);
  }
}

export interface FlowArgs {
  /** The shard, and where its change has to arrive. */
  readonly target: pulumi.Input<FlowTarget>;
  /** Password of the CDC account; a secret. */
  readonly password: pulumi.Input<string>;
  /** What the change has to pass through, for example start times: when one is new, the proof is given again. */
  readonly through: pulumi.Input<unknown>;
  /** How long the way of the change may take, a first snapshot included, in seconds. Default 60. */
  readonly timeoutSeconds?: pulumi.Input<number>;
}

/** The proof that changes flow: a row written on the shard was consumed from its topic. It fails with where the row got stuck. */
export class Flow extends pulumi.CustomResource {
  /** From before the commit until the event was consumed, in milliseconds. */
  declare readonly latencyMs: pulumi.Output<number>;

  constructor(name: string, args: FlowArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:Flow", name, { timeoutSeconds: 60, ...args, latencyMs: undefined }, opts);
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
