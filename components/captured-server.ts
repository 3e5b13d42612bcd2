/** A shard's server as its connector needs it, whoever runs it. */
import type * as pulumi from "@pulumi/pulumi";

/** The account that captures, as resources take it. */
export interface ShardLogin {
  /** Left out, it is the CDC account of the stack's own servers. */
  readonly user?: string;
  readonly password: pulumi.Output<string>;
  /** Certificate (PEM) of the authority of the stack's own servers; for others the plan says whom to trust. */
  readonly ca?: pulumi.Output<string>;
}

export interface CapturedServer {
  /** When the server was started, as far as that is known: a flow proven before does not count after. */
  readonly startedAt: pulumi.Output<string>;
  /** Depend on these for a server that can be captured. */
  readonly prepared: readonly pulumi.CustomResource[];
  /** Changes with the files that make the tables, which the ids of `prepared` do not. */
  readonly filesHash: string;
  readonly login: ShardLogin;
  /** From here on the account's old password, if there was one, is refused. @param users who have to use the new one first. */
  readonly retireOldPassword: (users: readonly pulumi.Resource[]) => void;
}
