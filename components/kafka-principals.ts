/** Accounts and ACLs on brokers of the stack's own that want a login. */
import type * as docker from "@pulumi/docker";
import * as kafka from "@pulumi/kafka";
import * as pulumi from "@pulumi/pulumi";
import type { Acl } from "../plan/acls.ts";
import type { Principal } from "../plan/principals.ts";

export interface KafkaPrincipalArgs {
  readonly principal: Principal;
  readonly password: pulumi.Output<string>;
  readonly acls: readonly Acl[];
  readonly provider: kafka.Provider;
  /** With whose end accounts and ACLs are gone. */
  readonly container: docker.Container;
}

/** Declares an account with all that it is allowed; `made` is everything that its user has to wait for. */
export function createPrincipal(
  { principal, password, acls, provider, container }: KafkaPrincipalArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource[] {
  const options = { ...opts, provider, deletedWith: container };
  const credential = new kafka.UserScramCredential(
    `kafka-${principal}`,
    { username: principal, scramMechanism: "SCRAM-SHA-512", password, scramIterations },
    options,
  );
  const given = acls.flatMap((acl) =>
    (acl.resource === "cluster" ? ["kafka-cluster"] : acl.names).flatMap((name) =>
      acl.operations.map(
        (operation) =>
          new kafka.Acl(
            `kafka-${principal}-${operation}-${acl.resource}-${name}${acl.isPrefix ? "*" : ""}`,
            {
              aclPrincipal: `User:${principal}`,
              aclHost: "*",
              aclPermissionType: "Allow",
              aclOperation: operation,
              aclResourceType: resourceTypes[acl.resource],
              aclResourceName: name,
              resourcePatternTypeFilter: acl.isPrefix ? "Prefixed" : "Literal",
            },
            options,
          ),
      ),
    ),
  );
  return [credential, ...given];
}

/** Kafka's least. The passwords are 24 random characters: nobody guesses them. */
const scramIterations = 4096;

const resourceTypes: Readonly<Record<Acl["resource"], string>> = {
  cluster: "Cluster",
  group: "Group",
  topic: "Topic",
  "transactional-id": "TransactionalID",
};
