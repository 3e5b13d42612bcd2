/** One MySQL shard: server, databases, tables and sample rows, CDC account. */
import { createHash } from "node:crypto";
import * as mysql from "@pulumi/mysql";
import * as pulumi from "@pulumi/pulumi";
import { cdcPrivileges } from "../lib/cdc-privileges.ts";
import {
  cdcUser,
  mysqlAsRoot,
  mysqlAuthorityFile,
  mysqlCertificateFile,
  mysqlKeyFile,
  mysqlVersionLabel,
  rootInitFile,
  rootPasswordFile,
  shardLabel,
} from "../lib/constants.ts";
import { hostAndPort } from "../lib/endpoint.ts";
import { itself } from "../plan/endpoints.ts";
import { ownerLabels, type Owner } from "../plan/owner.ts";
import type { OwnShard } from "../plan/servers.ts";
import { AcceptedPassword, RetiredPassword, type AccountPasswordArgs } from "../provider/account-passwords.ts";
import { Certificate, type CertificateAuthority } from "../provider/certificate-resources.ts";
import { DataVolume } from "../provider/resources.ts";
import { Grants, Schema } from "../provider/shard-resources.ts";
import { shownDigits, type SchemaFile } from "../schema/files.ts";
import type { CapturedServer, ShardLogin } from "./captured-server.ts";
import { createService } from "./docker.ts";
import type { Networks } from "./networks.ts";

export interface MysqlShardArgs {
  readonly owner: Owner;
  readonly networks: Networks;
  readonly image: pulumi.Input<string>;
  /** Version that initialises the data volume. */
  readonly mysqlVersion: string;
  readonly plan: OwnShard;
  /** Whether the data volume stays when the stack is destroyed. */
  readonly keepData: boolean;
  /** Signs the server's certificate. */
  readonly authority: CertificateAuthority;
  readonly rootPassword: pulumi.Output<string>;
  /** Password of the CDC account. */
  readonly cdcPassword: pulumi.Output<string>;
  /** What makes tables and rows once the databases are there. */
  readonly files: readonly SchemaFile[];
  /** Words that let single files delete rows or run again. */
  readonly allow: readonly string[];
}

export class MysqlShard extends pulumi.ComponentResource implements CapturedServer {
  /** When the server was started: a flow proven before does not count after. */
  readonly startedAt: pulumi.Output<string>;
  /** Depend on these for a shard that can be captured: tables are there, and the CDC account may read them. */
  readonly prepared: pulumi.CustomResource[];
  /** When the server was last seen to take the CDC account's password. */
  readonly acceptedAt: pulumi.Output<string>;
  readonly #password: AccountPasswordArgs;
  readonly #inside: pulumi.CustomResourceOptions;
  readonly filesHash: string;
  readonly login: ShardLogin;

  constructor(name: string, args: MysqlShardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:MysqlShard", name, {}, opts);
    const { plan } = args;
    const { server } = plan;
    const parent = { parent: this };

    const { owner, networks } = args;
    const ca = args.authority.certificate;
    this.login = { password: args.cdcPassword, ca };
    const volume = new DataVolume(
      `${name}-data`,
      {
        name: server.volume,
        // Another version may not be able to read the files: the label lets a preview tell before it is tried.
        labels: { ...ownerLabels(owner), [shardLabel]: plan.key, [mysqlVersionLabel]: args.mysqlVersion },
        keepData: args.keepData,
      },
      { ...parent, dependsOn: networks.claim },
    );
    const { certificate, privateKey } = new Certificate(
      `${name}-certificate`,
      { authority: args.authority, names: server.certificateNames },
      parent,
    );
    const { container, ready } = createService(
      {
        owner,
        networks,
        plan: { ...server, name },
        image: args.image,
        // The official image's and the packaged one's user `mysql`: their entrypoints begin as root otherwise.
        user: "999:999",
        command: ["mysqld", ...server.mysqldArgs, `--init-file=${rootInitFile}`],
        environment: {},
        // World-readable inside the container: they are read as user mysql.
        uploads: [
          { file: rootPasswordFile, content: args.rootPassword, permissions: "0444" },
          { file: rootInitFile, content: args.rootPassword.apply(rootSql), permissions: "0444" },
          { file: mysqlAuthorityFile, content: ca, permissions: "0444" },
          { file: mysqlCertificateFile, content: certificate, permissions: "0444" },
          { file: mysqlKeyFile, content: privateKey, permissions: "0444" },
        ],
        // Empty, the volume takes the image's data directory: an initialised server, whose root nobody can be yet.
        volumes: [{ volumeName: volume.name, containerPath: "/var/lib/mysql" }],
        // Over TCP, as clients come.
        healthCheck: `${mysqlAsRoot} -h${itself.address} --silent --execute='SELECT 1'`,
        stopSeconds: 30,
        labels: { [mysqlVersionLabel]: args.mysqlVersion },
      },
      parent,
    );
    this.startedAt = ready.startedAt;

    const provider = new mysql.Provider(
      `${name}-mysql`,
      {
        endpoint: hostAndPort(plan.endpoints.fromHost),
        username: "root",
        password: args.rootPassword,
        // It can be told no authority, only to encrypt. The server is this machine's, and proven by whoever logs in next.
        tls: "skip-verify",
      },
      { ...parent, dependsOn: ready },
    );
    // Everything inside the server goes with it: `destroy` needs no living server.
    const inside = { ...parent, deletedWith: container };

    const files = Object.fromEntries(args.files.map(({ name, sha256 }) => [name, sha256.slice(0, shownDigits)]));
    const schema = new Schema(
      `${name}-schema`,
      {
        shard: name,
        ...plan.endpoints.fromHost,
        password: args.rootPassword,
        ca,
        databases: plan.databases,
        files,
        allow: args.allow,
      },
      { ...inside, dependsOn: ready },
    );
    const user = new mysql.User(
      `${name}-cdc-user`,
      { user: cdcUser, host: "%", plaintextPassword: args.cdcPassword, tlsOption: "SSL" },
      {
        ...inside,
        provider,
        // The schema drops an account that a kept volume brought along.
        dependsOn: schema,
        deleteBeforeReplace: true,
        // Changed by this resource, the old one would be refused at once, to connectors that still have it.
        ignoreChanges: ["plaintextPassword"],
      },
    );
    // An account that is made anew has no privileges, and perhaps a password of before.
    const account = user.id.apply(() => `${cdcUser}@%`);
    const grants = new Grants(
      `${name}-cdc-grants`,
      {
        shard: name,
        ...plan.endpoints.fromHost,
        password: args.rootPassword,
        ca,
        account,
        privileges: cdcPrivileges(plan.databases),
      },
      { ...inside, dependsOn: [user, schema] },
    );
    const password = {
      shard: name,
      server: ca.apply((known) => ({ ...plan.endpoints.fromHost, tls: { ca: known } })),
      password: args.rootPassword,
      account,
      accountPassword: args.cdcPassword,
    };
    const accepted = new AcceptedPassword(`${name}-cdc-password`, password, { ...inside, dependsOn: user });
    this.acceptedAt = accepted.acceptedAt;
    this.#password = password;
    this.#inside = inside;
    this.prepared = [schema, grants, accepted];
    this.filesHash = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 12);
    this.registerOutputs();
  }

  /** From here on the CDC account's old password, if there was one, is refused. @param users who have to use the new one first. */
  retireOldPassword(users: readonly pulumi.Resource[]): void {
    void new RetiredPassword(
      `${this.#password.shard}-cdc-password-retired`,
      { ...this.#password, after: this.acceptedAt },
      { ...this.#inside, dependsOn: [...users] },
    );
  }
}

/**
 * Run at every start, one statement a line; none of it is the binlog's business. The password is letters and digits. Who comes by TCP
 * has to encrypt; by the socket nothing leaves the container.
 */
function rootSql(password: string): string {
  return [
    "SET SESSION sql_log_bin = OFF;",
    ...Object.entries({ localhost: "NONE", "%": "SSL" }).map(
      ([host, tls]) => `ALTER USER root@'${host}' IDENTIFIED BY '${password}' REQUIRE ${tls} ACCOUNT UNLOCK;`,
    ),
    "",
  ].join("\n");
}
