/** The Pulumi resources of the project's own provider plugin (provider.ts). */
import * as pulumi from "@pulumi/pulumi";
import type { KafkaEndpoint, Written } from "../lib/endpoint.ts";
import type { Held } from "../plan/held.ts";
import type { HeldVolume, Owner } from "../plan/owner.ts";
import type { Asked } from "../preflight/name-conflicts.ts";
import type { PreparedKind } from "./prepared-image.ts";
import { kafkaSecretsOf, type Passwords } from "../lib/passwords.ts";

/** Function of the provider that tells it that a program runs. */
export const beginToken = "cdc:index:begin";

/**
 * Tells the provider that a program runs, which the engine does not tell it: what is deleted from now on is deleted by an edit,
 * not by `pulumi destroy`. To be awaited before the first resource, as an `up --target` checks none but its targets.
 */
export async function begin(): Promise<void> {
  await pulumi.runtime.invoke(beginToken, {}, { async: true });
}

/** What people will have, and what may go. */
export interface DataArgs extends Held {
  /** `cdc:allowDelete`. */
  readonly allowDelete: readonly string[];
  /** Of accounts on servers that somebody else runs: those at their brokers are kept, as secrets. Default: none. */
  readonly passwords?: Passwords;
}

/**
 * What people have here, kept in the state: shards, brokers, topics. Its check refuses a change that would delete any of it
 * without a word that names it, at preview and `up` alike, with or without a broker. Await `accepted` before anything else
 * is registered: a check that fails stops the program there.
 */
export class Data extends pulumi.CustomResource {
  /** Resolves when nothing is deleted that was not named. */
  readonly accepted: Promise<void>;

  constructor(name: string, { allowDelete, passwords, ...held }: DataArgs, opts?: pulumi.CustomResourceOptions) {
    // What files may delete is said to the resource that applies them.
    const words = allowDelete.filter((word) => !word.startsWith("file:"));
    const { kafkaPassword, kafkaKeystore } = kafkaSecretsOf(passwords);
    const login = {
      ...(kafkaPassword !== undefined && { kafkaPassword: pulumi.secret(kafkaPassword) }),
      ...(kafkaKeystore !== undefined && { kafkaKeystore: pulumi.secret(kafkaKeystore) }),
    };
    super("cdc:index:Data", name, { ...held, ...login, allowDelete: words }, opts);
    // Known in a preview too.
    this.accepted = new Promise((resolve) => void this.urn.apply(() => resolve()));
  }
}

export interface DataVolumeArgs {
  /** Name on the engine of a new one. */
  readonly name: string;
  /** One that is there is taken up again when stack and shard are the same. A change of labels changes nothing. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether it stays when the stack is destroyed. Default false. */
  readonly keepData?: boolean;
}

/**
 * A volume with a shard's rows. No edit deletes or replaces it: when it is planned no longer it stays on the engine, and is
 * taken up again when its shard comes back. `pulumi destroy` removes it, unless it is to be kept.
 */
export class DataVolume extends pulumi.CustomResource {
  /** Name on the engine. */
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: DataVolumeArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:DataVolume", name, { keepData: false, ...args }, opts);
  }
}

export interface ContainerReadyArgs {
  /** The container's name on the engine. */
  readonly container: pulumi.Input<string>;
  /** The container's id, so that a new container is awaited anew. */
  readonly containerId: pulumi.Input<string>;
  /** How long to wait for the container's health check, in seconds. Default 180. */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** The most memory that the container may have, in MiB. */
  readonly memoryLimitMiB: pulumi.Input<number>;
  /** How many processes and threads the container may have at once. */
  readonly pidsLimit: pulumi.Input<number>;
}

/** A container that runs within its limits of memory and processes, and is healthy. One that has stopped or lost a limit is mended by the next `up`. */
export class ContainerReady extends pulumi.CustomResource {
  /** When the container was started, as the engine writes it; a new value means that what uses it has to be proven anew. */
  declare readonly startedAt: pulumi.Output<string>;

  constructor(name: string, args: ContainerReadyArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "cdc:index:ContainerReady",
      name,
      { timeoutSeconds: 180, ...args, startedAt: undefined, memoryHeldMiB: undefined, pidsHeld: undefined },
      opts,
    );
  }
}

export interface BrokersInSyncArgs {
  /** Addresses of all brokers, as they are reached from this machine. */
  readonly bootstrap: Written<KafkaEndpoint>;
  /** The password of the account at them; a secret. Default: nobody logs in. */
  readonly kafkaPassword?: pulumi.Input<string>;
  /** Node id of the broker that comes before the next one. */
  readonly nodeId: number;
  /** Its container's id: another one is waited for, until it is in sync. */
  readonly containerId: pulumi.Input<string>;
  /** All other brokers. */
  readonly others: readonly { readonly nodeId: number; readonly container: string }[];
  /** How long to wait, in seconds. Default 600. */
  readonly timeoutSeconds?: number;
}

/**
 * A step between two brokers' containers: when the one before was exchanged, the next one is not touched before every partition has
 * its replicas in sync again. A new cluster is not waited for.
 */
export class BrokersInSync extends pulumi.CustomResource {
  constructor(name: string, args: BrokersInSyncArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:BrokersInSync", name, { timeoutSeconds: 600, ...args }, opts);
  }
}

/**
 * Who makes the stack: an identity that is made once, and the folder of the checkout. Both are filled in where the engine
 * checks the resource, before anything else is registered; things on the engine that go by the stack's name or by the names it
 * plans, and are another's, fail that check (CDC-720 to CDC-723).
 */
export class Identity extends pulumi.CustomResource {
  declare readonly stack: pulumi.Output<string>;
  declare readonly identity: pulumi.Output<string>;
  declare readonly checkout: pulumi.Output<string>;

  /** @param args.stack the plan's `stack`; `asked`, what is looked for on the engine, is not kept. */
  constructor(
    name: string,
    args: { readonly stack: string; readonly asked: Asked },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("cdc:index:Identity", name, { ...args, identity: undefined, checkout: undefined }, opts);
  }

  /** Known in a preview too. Never settles where the check fails: then the engine ends the program. */
  async owner(): Promise<Owner> {
    const output = pulumi.all([this.stack, this.identity, this.checkout]);
    return await new Promise((resolve) =>
      output.apply(([stack, identity, checkout]) => resolve({ stack, identity, checkout })),
    );
  }
}

/**
 * The stack's network. @pulumi/docker's waits two seconds after it made or removed one, and all containers with it: an
 * eighth of a whole cold start. Everything else of the stack is made after it: of two checkouts that begin at the same moment
 * one fails here, before anything of theirs is mixed.
 */
export class Network extends pulumi.CustomResource {
  /** Name on the engine. */
  declare readonly name: pulumi.Output<string>;

  /** @param args.name A change replaces. The rest, for the labels, never changes. */
  constructor(name: string, args: Owner & { readonly name: string }, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:Network", name, args, opts);
  }
}

export interface GoneContainersArgs {
  /** The plan's `stack`. */
  readonly stack: string;
  /** Names of all that the plan has. */
  readonly containers: readonly string[];
  /** By container, the volume that it has to be made again on. */
  readonly volumes: Readonly<Record<string, HeldVolume>>;
}

/**
 * Which containers are gone from the engine (removed by hand, or with the engine): @pulumi/docker looks only in a refresh, and a
 * refresh asks a server inside a container that is gone for its accounts and topics, and fails. `times` is for
 * `replacementTrigger`: a container whose number grows is made again, on the volume that it had. One whose volume is gone too is
 * told, and left to a person.
 */
export class GoneContainers extends pulumi.CustomResource {
  /** By the container's name; one that was never gone is not in it. Known in a preview too. */
  declare readonly times: pulumi.Output<Readonly<Record<string, number>>>;

  constructor(name: string, args: GoneContainersArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:GoneContainers", name, { ...args, times: undefined }, opts);
  }
}

export interface PreparedImageArgs {
  /** What is prepared: `mysql`, a data directory; `broker` or `worker`, a class-data archive. */
  readonly kind: PreparedKind;
  /** Reference of the image that it is made from. */
  readonly image: string;
  /** That image's id on the engine: another one under the same reference is prepared anew. */
  readonly baseId: pulumi.Input<string>;
  /** For the labels of the containers in which it is made. */
  readonly owner: Owner;
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
 * An image that starts fast, made once on the engine out of another (provider/prepared/). It stays on the engine when the
 * stack goes, as the other one does.
 */
export class PreparedImage extends pulumi.CustomResource {
  /** Its id on the engine. */
  declare readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: PreparedImageArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:PreparedImage", name, { ...args, imageId: undefined }, opts);
  }
}

export interface RandomPasswordArgs {
  /** In characters. A change replaces. */
  readonly length: number;
  /** Any word; another one makes a new password at the next `up`. Default: the password stays for ever. */
  readonly rotation?: string | undefined;
}

/** A random password of letters and digits, kept as a secret in the state. */
export class RandomPassword extends pulumi.CustomResource {
  /** The password; a secret. Not known in the preview of a rotation. */
  declare readonly result: pulumi.Output<string>;

  constructor(name: string, args: RandomPasswordArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "cdc:index:RandomPassword",
      name,
      { ...args, result: undefined },
      { ...opts, additionalSecretOutputs: ["result"] },
    );
  }
}
