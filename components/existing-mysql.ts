/** A shard's server that somebody else runs. No resource: nothing is made on it, and nothing removed. */
import * as pulumi from "@pulumi/pulumi";
import { hostAndPort } from "../lib/endpoint.ts";
import type { ShardPlan } from "../plan/types.ts";
import type { CapturedServer, ShardLogin } from "./captured-server.ts";

export class ExistingMysql implements CapturedServer {
  /** Unknown; another server is another way to be proven. */
  readonly startedAt: pulumi.Output<string>;
  readonly prepared: pulumi.CustomResource[] = [];
  readonly filesHash = "";
  readonly login: ShardLogin;

  /** @param password of the account that the plan names. */
  constructor({ account, endpoints }: ShardPlan, password: pulumi.Output<string>) {
    this.startedAt = pulumi.output(hostAndPort(endpoints.fromHost));
    this.login = { user: account.user, password };
  }

  /** Passwords of existing servers are changed by their administrators. */
  retireOldPassword(): void {}
}
