/** The Pulumi resources of a shard: what is inside its server, its connector, and the proof of its flow. */
import * as pulumi from "@pulumi/pulumi";
import type { HttpAccess, HttpEndpoint, KafkaEndpoint, MysqlEndpoint, MysqlLogin, Written } from "../lib/endpoint.ts";
import { keptTarget } from "../plan/endpoints.ts";
import type { DesiredState } from "../clients/connect/client.ts";
import type { TablesTarget } from "../snapshot/target.ts";
import type { FlowTarget, IndexTarget } from "../flow/flow-target.ts";

/** A server, and an account on it. */
export interface SourceArgs extends Pick<MysqlEndpoint, "host" | "port">, Pick<MysqlLogin, "user"> {
  readonly password: pulumi.Input<string>;
  /** Default: not encrypted. */
  readonly tls?: { readonly ca?: pulumi.Input<string> };
}

/** How Kafka's clients log in to brokers that somebody else runs. Default: nobody logs in. */
export interface KafkaLogin {
  /** The password of the account; a secret. */
  readonly kafkaPassword?: pulumi.Input<string>;
  /** A certificate with its chain, and the private key to it (PEM); a secret. */
  readonly kafkaKeystore?: pulumi.Input<string>;
}

export interface ConnectorArgs extends KafkaLogin {
  /** The worker's REST API as reached from the machine that runs Pulumi. A change replaces the connector. */
  readonly workerUrl: pulumi.Input<Written<HttpEndpoint>>;
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
  readonly history?: pulumi.Input<{ readonly bootstrap: Written<KafkaEndpoint>; readonly topic: string }>;
  /** A sink's consumer group, which `reset` deletes; `bootstrap` as reached from the machine that runs Pulumi. Default: none. */
  readonly consumer?: pulumi.Input<{ readonly bootstrap: Written<KafkaEndpoint>; readonly group: string }>;
  /** How the worker is reached, where that wants a login: a secret. Default: nobody logs in. */
  readonly connectAccess?: pulumi.Input<HttpAccess>;
  /** What a sink writes to. A change replaces the connector, so that it begins anew. Default: none. */
  readonly target?: pulumi.Input<string>;
  /**
   * A source's server as reached from the machine that runs Pulumi, and the account on it; the password is a secret. With it
   * a connector only goes on from a place that is still one of the server's history. Default: none.
   */
  readonly source?: SourceArgs;
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

export interface FlowArgs extends KafkaLogin {
  /** The shard, and where its change has to arrive. */
  readonly target: FlowTarget;
  /** Where its document has to be found after that. Default: the event is enough. */
  readonly index?: IndexTarget;
  /** The account that captures. Default: the CDC account of the stack's own servers. */
  readonly user?: string;
  /** Its password; a secret. */
  readonly password: pulumi.Input<string>;
  /** Certificate (PEM) of the authority of the stack's own servers. Default: the target says whom to trust. */
  readonly ca?: pulumi.Input<string>;
  /** The password of the search engine's user; a secret. Default: nobody logs in. */
  readonly enginePassword?: pulumi.Input<string>;
  /** How the worker is reached, where that wants a login: a secret. Default: nobody logs in. */
  readonly connectAccess?: pulumi.Input<HttpAccess>;
  /** What the change has to pass through, for example start times: when one is new, the proof is given again. */
  readonly through: pulumi.Input<unknown>;
  /** The containers among it: when one was started anew, behind our back too, the proof is given again. */
  readonly containers: pulumi.Input<readonly string[]>;
  /** How long the way of the change may take, a first snapshot included, in seconds. Default 60. */
  readonly timeoutSeconds?: pulumi.Input<number>;
}

/** The proof that changes flow: a row written on the shard was consumed from its topic, and found in its index. It fails with where the row got stuck. */
export class Flow extends pulumi.CustomResource {
  /** From before the commit until the event was consumed, or a search found the document, in milliseconds. */
  declare readonly latencyMs: pulumi.Output<number>;
  /** When that was (ISO 8601). */
  declare readonly provenAt: pulumi.Output<string>;

  constructor(name: string, args: FlowArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { latencyMs: undefined, provenAt: undefined, startedAt: undefined };
    const kept = { target: keptTarget(args.target), index: args.index && keptTarget(args.index) };
    super("cdc:index:Flow", name, { timeoutSeconds: 60, ...args, ...kept, ...outputs }, opts);
  }
}

export interface TablesReadArgs extends KafkaLogin {
  /** The shard, its captured tables, and where it is reached. */
  readonly target: TablesTarget;
  /** The account that captures. Default: the CDC account of the stack's own servers. */
  readonly user?: string;
  /** Its password; a secret. */
  readonly password: pulumi.Input<string>;
  /** Certificate (PEM) of the authority of the stack's own servers. Default: the target says whom to trust. */
  readonly ca?: pulumi.Input<string>;
  /** How the worker is reached, where that wants a login: a secret. Default: nobody logs in. */
  readonly connectAccess?: pulumi.Input<HttpAccess>;
  /** What may have made tables new to the connector, for example when it was changed: looked at again when one is new. */
  readonly after: pulumi.Input<unknown>;
}

/**
 * Every row of the captured tables was read once: those of a table that is new to a connector with offsets, which takes no
 * snapshot of it by itself, are asked for, awaited and proven to have come to its topic, while others go on writing.
 */
export class TablesRead extends pulumi.CustomResource {
  /** When it was last seen to (ISO 8601). */
  declare readonly checkedAt: pulumi.Output<string>;

  constructor(name: string, args: TablesReadArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:TablesRead", name, { ...args, target: keptTarget(args.target), checkedAt: undefined }, opts);
  }
}

export interface SharedTopicArgs extends KafkaLogin {
  readonly name: string;
  /** Never fewer than it has: Kafka takes none away. */
  readonly partitions: number;
  /** Of a topic that is made; of one that is there its owner decides. */
  readonly replicationFactor: number;
  /** What is set on the topic itself; settings that are not named stay. */
  readonly config: Readonly<Record<string, string>>;
  /** The brokers as reached from the machine that runs Pulumi. */
  readonly bootstrap: Written<KafkaEndpoint>;
  /** Whether `pulumi destroy` deletes it with its records, if this stack made it. */
  readonly deleteWithStack: boolean;
}

/**
 * A topic on brokers that somebody else runs. @pulumi/kafka's Topic fails on one that is there, and deletes it on destroy: this one
 * takes it as it is, brings its settings to what is wanted, and deletes none that it did not make.
 */
export class SharedTopic extends pulumi.CustomResource {
  constructor(name: string, args: SharedTopicArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:SharedTopic", name, { ...args, wasMade: undefined }, opts);
  }
}

export interface GrantsArgs {
  /** The shard's name, for messages. */
  readonly shard: string;
  /** The server as reached from the machine that runs Pulumi. */
  readonly host: string;
  readonly port: number;
  /** Root's password; a secret. */
  readonly password: pulumi.Input<string>;
  /** Certificate (PEM) of the authority of MySQL's. */
  readonly ca: pulumi.Input<string>;
  /** Who gets them, as `USER@HOST`. */
  readonly account: pulumi.Input<string>;
  /** What is given, by database; `*` stands for all. */
  readonly privileges: Readonly<Record<string, readonly string[]>>;
}

/**
 * What an account may do on a server. @pulumi/mysql's Grant never compares: what somebody revoked would stay so. Every preview
 * looks here, and an `up` gives back what is lacking, and takes what it gave before and is wanted no longer; what somebody else
 * gave beyond it stays.
 */
export class Grants extends pulumi.CustomResource {
  constructor(name: string, args: GrantsArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:Grants", name, { ...args }, opts);
  }
}

export interface SchemaArgs {
  /** The shard's name, for messages. */
  readonly shard: string;
  /** The server as reached from the machine that runs Pulumi. */
  readonly host: string;
  readonly port: number;
  /** Root's password; a secret. */
  readonly password: pulumi.Input<string>;
  /** Certificate (PEM) of the authority of MySQL's. */
  readonly ca: pulumi.Input<string>;
  /** Databases that are made when they are missing; none is ever dropped. */
  readonly databases: readonly string[];
  /**
   * Files under sql/ as FOLDER/FILE, with the begin of their SHA-256. They are applied in the order of their folders' and
   * their own names, each statement once; what is still to be run is found by the record on the server (schema/).
   */
  readonly files: Readonly<Record<string, string>>;
  /** Words of `cdc:allowDelete` that let a file delete rows or run again: `file:FOLDER/FILE@SHA256`. */
  readonly allow: readonly string[];
}

/**
 * What schema files make of a server. A preview names the files that are new or changed, and refuses what would delete
 * rows; a failed file fails the `up` with its line, and the next one goes on there.
 *
 * When it is new in the state, the pipeline's own account is dropped if a kept volume has it: let what makes it depend on this.
 */
export class Schema extends pulumi.CustomResource {
  constructor(name: string, args: SchemaArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:Schema", name, { ...args }, opts);
  }
}
