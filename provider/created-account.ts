/** The Pulumi resource of an account that captures, made on a server that somebody else runs. */
import * as pulumi from "@pulumi/pulumi";
import type { MysqlEndpoint } from "../lib/endpoint.ts";

export interface CreatedAccountArgs {
  /** The shard's name, for messages. */
  readonly shard: string;
  /** Of which stack the account is, as it is written beside it on the server. */
  readonly stack: string;
  /** The server as reached from the machine that runs Pulumi. */
  readonly server: MysqlEndpoint;
  /** Who makes it. */
  readonly admin: string;
  /** The administrator's password; a secret. */
  readonly password: pulumi.Input<string>;
  /** The account's name; it may come from any host. */
  readonly user: string;
  /** Its password; a secret. */
  readonly accountPassword: pulumi.Input<string>;
  /** What it may do, by database; `*` stands for all. */
  readonly privileges: Readonly<Record<string, readonly string[]>>;
}

/**
 * The account with its password and privileges, and the pipeline's own database where the privileges name it. A preview looks at the
 * server: what was taken away there is given again by a plain `up`. It goes with the stack alone: an `up` whose plan has it no
 * longer leaves it, as who takes `createAccount` out goes on with the account.
 */
export class CreatedAccount extends pulumi.CustomResource {
  constructor(name: string, args: CreatedAccountArgs, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:CreatedAccount", name, { ...args, madeDatabase: undefined }, opts);
  }
}
