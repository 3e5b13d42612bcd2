/** A shard's databases, tables, rows and CDC account, as one text that root's client takes. */
import { schemaFilesOf } from "../../../config/sql.ts";
import { grantStatements } from "../../../clients/mysql/grants.ts";
import { cdcPrivileges } from "../../../lib/cdc-privileges.ts";
import { cdcUser } from "../../../lib/constants.ts";
import type { PipelinePlan, ShardPlan } from "../../../plan/types.ts";

/** What the program makes on a shard by its providers, written down. */
export function serverSql(plan: PipelinePlan, { databases }: ShardPlan, cdcPassword: string): string {
  const account = `'${cdcUser}'@'%'`;
  return [
    ...databases.map(
      (name) => `CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;`,
    ),
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${cdcPassword.replaceAll(/['\\]/g, String.raw`\$&`)}';`,
    ...grantStatements(new Map(Object.entries(cdcPrivileges(databases))), `${cdcUser}@%`).map((one) => `${one};`),
    ...schemaFilesOf(plan.schema).map(({ text }) => Buffer.from(text, "latin1").toString("utf8")),
  ].join("\n");
}
