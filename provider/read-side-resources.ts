/** The Pulumi resources of the read side. */
import * as pulumi from "@pulumi/pulumi";
import type { IndicesTarget } from "./indices.ts";

export interface IndicesArgs {
  /** The engine, and the indices that it is to have. */
  readonly target: IndicesTarget;
  /** Password of the CDC account of the stack's own servers; a secret. */
  readonly password: pulumi.Input<string>;
  /** By shard, the account on a server that somebody else runs; with secrets. Default: every server is the stack's own. */
  readonly logins?: Readonly<Record<string, { readonly user: string; readonly password: pulumi.Input<string> }>>;
  /** Certificate (PEM) of the authority of MySQL's. */
  readonly ca: pulumi.Input<string>;
  /** Password of the engine's user; a secret. Default: nobody logs in. */
  readonly enginePassword?: pulumi.Input<string>;
  /** What has tables and indices, for example start times: looked at again when one is new. */
  readonly after: pulumi.Input<unknown>;
}

/**
 * An index per captured table, mapped by its columns as they are on the shards; before the first write, as a type cannot be
 * changed later. Every preview looks at the engine, and an index that somebody deleted is made again by the next `up`.
 */
export class Indices extends pulumi.CustomResource {
  /** The engine's `cluster_uuid`. */
  declare readonly clusterUuid: pulumi.Output<string>;
  /** How often indices that had been there were made anew within that data. */
  declare readonly fills: pulumi.Output<number>;

  constructor(name: string, args: IndicesArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:Indices", name, { ...args, clusterUuid: undefined, fills: undefined }, opts);
  }

  /** What a sink writes to: another one when it has to be filled from the beginning. */
  get filled(): pulumi.Output<string> {
    return pulumi
      .all([this.clusterUuid, this.fills])
      .apply(([uuid, fills]) => (fills === 0 ? uuid : `${uuid} ${fills}`));
  }
}
