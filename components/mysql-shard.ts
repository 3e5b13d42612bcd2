/** One MySQL shard: server, databases, tables and sample rows, CDC account. */
import { createHash } from "node:crypto";
import * as command from "@pulumi/command";
import * as mysql from "@pulumi/mysql";
import * as pulumi from "@pulumi/pulumi";
import {
  cdcDatabase,
  cdcDatabasePrivileges,
  cdcGlobalPrivileges,
  cdcUser,
  mysqlVersionLabel,
  rootInitFile,
  rootPasswordFile,
} from "../plan/constants.ts";
import type { ShardPlan } from "../plan/types.ts";
import type { Network } from "../provider/resources.ts";
import { createService, createVolume } from "./docker.ts";

export interface MysqlShardArgs {
  readonly stack: string;
  readonly network: Network;
  readonly image: pulumi.Input<string>;
  /** Version that initialises the data volume. */
  readonly mysqlVersion: string;
  readonly plan: ShardPlan;
  readonly rootPassword: pulumi.Output<string>;
  /** Password of the CDC account. */
  readonly cdcPassword: pulumi.Output<string>;
  /** SQL that makes tables and rows once the databases are there; it has to bear being applied again. */
  readonly sql: string;
}

export class MysqlShard extends pulumi.ComponentResource {
  /** When the server was started: a flow proven before does not count after. */
  readonly startedAt: pulumi.Output<string>;
  /** Depend on these for a shard that can be captured: tables are there, and the CDC account may read them. */
  readonly prepared: pulumi.CustomResource[];
  /** Changes with the SQL that makes the tables, which the ids of `prepared` do not. */
  readonly tablesHash: string;

  constructor(name: string, args: MysqlShardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:MysqlShard", name, {}, opts);
    const { plan } = args;
    const parent = { parent: this };

    // Another version may not be able to read the files: the label lets a preview tell before it is tried.
    const volume = createVolume(
      `${name}-data`,
      args.stack,
      plan.volume,
      {
        ...parent,
        ignoreChanges: ["labels"],
      },
      { [mysqlVersionLabel]: args.mysqlVersion },
    );
    const { container, ready } = createService(
      {
        stack: args.stack,
        network: args.network,
        plan,
        image: args.image,
        command: ["mysqld", ...plan.mysqldArgs, `--init-file=${rootInitFile}`],
        environment: {},
        // World-readable inside the container: they are read as user mysql.
        uploads: [
          { file: rootPasswordFile, content: args.rootPassword, permissions: "0444" },
          { file: rootInitFile, content: args.rootPassword.apply(rootSql), permissions: "0444" },
        ],
        // Empty, the volume takes the image's data directory: an initialised server, whose root nobody can be yet.
        volumes: [{ volumeName: volume.name, containerPath: "/var/lib/mysql" }],
        // Over TCP, as clients come.
        healthCheck: `${mysqlAsRoot} -h127.0.0.1 --silent --execute='SELECT 1'`,
        stopSeconds: 30,
        labels: { [mysqlVersionLabel]: args.mysqlVersion },
      },
      parent,
    );
    this.startedAt = ready.startedAt;

    const provider = new mysql.Provider(
      `${name}-mysql`,
      { endpoint: `127.0.0.1:${plan.port.host}`, username: "root", password: args.rootPassword },
      { ...parent, dependsOn: ready },
    );
    // Everything inside the server goes with it: `destroy` needs no living server.
    const inside = { ...parent, provider, dependsOn: ready, deletedWith: container, deleteBeforeReplace: true };

    const databases = plan.databases.map(
      (database) =>
        new mysql.Database(
          `${name}-database-${database}`,
          { name: database, defaultCharacterSet: "utf8mb4", defaultCollation: "utf8mb4_0900_ai_ci" },
          inside,
        ),
    );
    const tables = new command.local.Command(
      `${name}-tables`,
      {
        create: `docker exec -i ${plan.container} sh -c '${mysqlAsRoot.replaceAll("'", `'"'"'`)} --default-character-set=utf8mb4'`,
        stdin: args.sql,
        logging: command.local.Logging.Stderr,
      },
      { ...parent, dependsOn: databases, deletedWith: container },
    );
    const user = new mysql.User(
      `${name}-cdc-user`,
      { user: cdcUser, host: "%", plaintextPassword: args.cdcPassword },
      inside,
    );
    const grants = [
      grant(`${name}-cdc-grant-global`, "*", [...cdcGlobalPrivileges]),
      grant(`${name}-cdc-grant-${cdcDatabase}`, cdcDatabase, [...cdcDatabasePrivileges]),
    ];
    this.prepared = [tables, ...grants];
    this.tablesHash = createHash("sha256").update(args.sql).digest("hex").slice(0, 12);
    this.registerOutputs();

    function grant(grantName: string, database: string, privileges: string[]): mysql.Grant {
      return new mysql.Grant(
        grantName,
        { user: user.user, host: "%", database, privileges },
        { ...inside, dependsOn: [user, ...databases] },
      );
    }
  }
}

/** mysql as root, inside the container: the password comes from the file, not from an argument. */
const mysqlAsRoot = `MYSQL_PWD="$(cat ${rootPasswordFile})" mysql -uroot`;

/** Run at every start, one statement a line; none of it is the binlog's business. The password is letters and digits. */
function rootSql(password: string): string {
  return [
    "SET SESSION sql_log_bin = OFF;",
    ...["localhost", "%"].map((host) => `ALTER USER root@'${host}' IDENTIFIED BY '${password}' ACCOUNT UNLOCK;`),
    "",
  ].join("\n");
}
