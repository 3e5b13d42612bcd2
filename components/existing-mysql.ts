/** A shard's server that somebody else runs. Nothing is made on it, and nothing removed, but an account where that was asked for. */
import * as pulumi from "@pulumi/pulumi";
import { cdcPrivileges } from "../lib/cdc-privileges.ts";
import { cdcDatabase } from "../lib/constants.ts";
import { hostAndPort } from "../lib/endpoint.ts";
import type { ShardPlan } from "../plan/types.ts";
import { CreatedAccount } from "../provider/created-account.ts";
import type { CapturedServer, ShardLogin } from "./captured-server.ts";

export interface ExistingMysqlArgs {
  /** The stack's name on the server, beside an account of its own. */
  readonly stack: string;
  readonly plan: ShardPlan;
  /** Of the account that the plan names. */
  readonly password: pulumi.Output<string>;
  /** Of the administrator who makes that account; undefined where it is there. */
  readonly adminPassword: pulumi.Output<string> | undefined;
}

export class ExistingMysql implements CapturedServer {
  /** Unknown; another server is another way to be proven. */
  readonly startedAt: pulumi.Output<string>;
  readonly prepared: pulumi.CustomResource[];
  readonly filesHash = "";
  readonly login: ShardLogin;

  constructor({ stack, plan, password, adminPassword }: ExistingMysqlArgs, opts: pulumi.CustomResourceOptions) {
    const { account, databases, endpoints, key } = plan;
    const { user, madeBy, isReadOnly } = account;
    this.startedAt = pulumi.output(hostAndPort(endpoints.fromHost));
    this.login = { user, password };
    this.prepared = [];
    if (madeBy === undefined || adminPassword === undefined) return;
    const captured = databases.filter((database) => database !== cdcDatabase);
    const privileges = cdcPrivileges(captured, isReadOnly);
    const server = endpoints.fromHost;
    const login = { admin: madeBy, password: adminPassword, user, accountPassword: password };
    this.prepared.push(
      new CreatedAccount(`${key}-cdc-account`, { shard: plan.name, stack, server, ...login, privileges }, opts),
    );
  }

  /** Passwords of existing servers are changed by their administrators. */
  retireOldPassword(): void {}
}
