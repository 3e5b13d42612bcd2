/** A shard's databases, tables, rows and CDC account, as one text that root's client takes. */
import { schemaFilesOf } from "../../../config/sql.ts";
import { cdcDatabase, cdcDatabasePrivileges, cdcGlobalPrivileges, cdcUser } from "../../../lib/constants.ts";
import type { PipelinePlan, ShardPlan } from "../../../plan/types.ts";

/** What the program makes on a shard by its providers, written down. */
export function serverSql(plan: PipelinePlan, { databases }: ShardPlan, cdcPassword: string): string {
  const account = `'${cdcUser}'@'%'`;
  return [
    ...databases.map(
      (name) => `CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;`,
    ),
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${cdcPassword.replaceAll(/['\\]/g, String.raw`\$&`)}';`,
    `GRANT ${cdcGlobalPrivileges.join(", ")} ON *.* TO ${account};`,
    `GRANT ${cdcDatabasePrivileges.join(", ")} ON \`${cdcDatabase}\`.* TO ${account};`,
    ...schemaFilesOf(plan.schema).map(({ text }) => Buffer.from(text, "latin1").toString("utf8")),
  ].join("\n");
}
