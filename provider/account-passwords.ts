/** The Pulumi resources by which an account's password is rotated on a MySQL server, while it is in use. */
import * as pulumi from "@pulumi/pulumi";
import type { MysqlEndpoint } from "../lib/endpoint.ts";

export interface AccountPasswordArgs {
  /** The shard's name, for messages. */
  readonly shard: string;
  /** The server as reached from the machine that runs Pulumi. */
  readonly server: pulumi.Input<MysqlEndpoint>;
  /** Root's password; a secret. */
  readonly password: pulumi.Input<string>;
  /** Whose password it is, as `USER@HOST`. */
  readonly account: pulumi.Input<string>;
  /** That password; a secret. */
  readonly accountPassword: pulumi.Input<string>;
}

/**
 * A server takes an account's password. Where it is a new one, the one before it is still taken too, so that nobody who has it
 * is locked out (MySQL's `RETAIN CURRENT PASSWORD`). Every preview tries it.
 */
export class AcceptedPassword extends pulumi.CustomResource {
  /** When the password was last given or found to be good (ISO 8601). Not known in a preview that is to give another. */
  declare readonly acceptedAt: pulumi.Output<string>;

  constructor(name: string, args: AccountPasswordArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:AcceptedPassword", name, { ...args, acceptedAt: undefined }, opts);
  }
}

/**
 * A server takes that password alone: the one before it is discarded (MySQL's `DISCARD OLD PASSWORD`), and tried, and has to be
 * refused. Let it depend on all who have to use the new one first.
 */
export class RetiredPassword extends pulumi.CustomResource {
  /** @param args.after `acceptedAt`: with another one there is something to discard. */
  constructor(
    name: string,
    args: AccountPasswordArgs & { readonly after: pulumi.Input<string> },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("cdc:index:RetiredPassword", name, { ...args }, opts);
  }
}
