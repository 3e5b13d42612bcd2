/**
 * An account that an administrator makes for one stack, on a server that others use too. Whose it is stands beside it on the server, so
 * that an `up` that was killed goes on, and nobody else's account is touched.
 * Upstream: MySQL's manual, "CREATE USER", `ATTRIBUTE` (8.0.21 and later).
 */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { cdcDatabase } from "../../lib/constants.ts";
import { UserError } from "../../lib/run.ts";
import { grantStatements, lackingPrivileges, outdatedPrivileges, revokeStatements, type Privileges } from "./grants.ts";

/** The account; it may come from any host. */
export interface WantedAccount {
  readonly user: string;
  readonly password: string;
  /** Whether nobody logs in as it without TLS. */
  readonly encrypts: boolean;
  readonly privileges: Privileges;
}

const attribute = "cdc.stack";

/** Whose the account is: a stack's; null for one that no stack has made; undefined where there is none. */
export async function ownerOf(admin: Connection, user: string): Promise<string | null | undefined> {
  const [rows] = await admin.query<RowDataPacket[]>(
    "SELECT JSON_UNQUOTE(JSON_EXTRACT(ATTRIBUTE, ?)) AS stack FROM information_schema.USER_ATTRIBUTES WHERE USER = ? AND HOST = '%'",
    [`$."${attribute}"`, user],
  );
  const [row] = rows;
  return row === undefined ? undefined : ((row["stack"] as string | null) ?? null);
}

/** What the account lacks; everything where there is none. */
export async function lackingOf(admin: Connection, { user, privileges }: WantedAccount): Promise<Privileges> {
  const isThere = (await ownerOf(admin, user)) !== undefined;
  return lackingPrivileges(isThere ? await grantsOf(admin, user) : [], privileges);
}

/**
 * Makes the account, or gives what it lacks of password and privileges.
 * @param before privileges that were given to it for this stack: those that are wanted no longer are taken away.
 * @throws UserError for an account that this stack has not made.
 */
export async function ensureAccount(
  admin: Connection,
  stack: string,
  account: WantedAccount,
  before: Privileges = new Map(),
): Promise<void> {
  const { user, password, encrypts, privileges } = account;
  const name = `${user}@%`;
  const owner = await ownerOf(admin, user);
  if (owner !== undefined && owner !== stack) {
    throw new UserError(
      `the account ${name} is there already, and was made by ${owner === null ? "somebody else" : `the stack ${owner}`}`,
      "take createAccount out of the shard's entry to use it as it is, or write another name into user",
    );
  }
  const verb = owner === undefined ? "CREATE" : "ALTER";
  const tls = encrypts ? "SSL" : "NONE";
  await admin.query(`${verb} USER ?@'%' IDENTIFIED BY ? REQUIRE ${tls} ATTRIBUTE ?`, [
    user,
    password,
    JSON.stringify({ [attribute]: stack }),
  ]);
  for (const statement of grantStatements(privileges, name)) await admin.query(statement);
  const outdated = outdatedPrivileges(await grantsOf(admin, user), before, privileges);
  for (const statement of revokeStatements(outdated, name)) await admin.query(statement);
}

/** Drops the account when it is this stack's. @returns whether it did. */
export async function dropAccount(admin: Connection, stack: string, user: string): Promise<boolean> {
  if ((await ownerOf(admin, user)) !== stack) return false;
  await admin.query("DROP USER ?@'%'", [user]);
  return true;
}

/**
 * Makes the pipeline's own database.
 * @param statements that make its tables where they are not there.
 * @returns whether there was none.
 */
export async function ensureOwnDatabase(admin: Connection, statements: readonly string[]): Promise<boolean> {
  const [found] = await admin.query<RowDataPacket[]>("SHOW DATABASES LIKE ?", [cdcDatabase]);
  await admin.query(`CREATE DATABASE IF NOT EXISTS ${cdcDatabase}`);
  for (const statement of statements) await admin.query(statement);
  return found.length === 0;
}

/** Drops the pipeline's own tables, and its database when nothing else is in it. @param tables their names. */
export async function dropOwnDatabase(admin: Connection, tables: readonly string[]): Promise<void> {
  for (const table of tables) await admin.query(`DROP TABLE IF EXISTS ${cdcDatabase}.${table}`);
  const [left] = await admin.query<RowDataPacket[]>(
    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?",
    [cdcDatabase],
  );
  if (left.length === 0) await admin.query(`DROP DATABASE IF EXISTS ${cdcDatabase}`);
}

async function grantsOf(admin: Connection, user: string): Promise<string[]> {
  const [rows] = await admin.query<RowDataPacket[]>("SHOW GRANTS FOR ?@'%'", [user]);
  return rows.map((row) => String(Object.values(row)[0]));
}
