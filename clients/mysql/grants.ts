/** What a MySQL account may do, as `SHOW GRANTS` prints it and as `GRANT` takes it. */

/** Privileges by the database on which they are given; `*` stands for all. */
export type Privileges = ReadonlyMap<string, readonly string[]>;

/**
 * What is wanted and not given.
 * @param lines of `SHOW GRANTS`.
 */
export function lackingPrivileges(lines: readonly string[], wanted: Privileges): Privileges {
  const granted = lines.flatMap((line) => parseGrant(line) ?? []);
  const has = (privilege: string, database: string) =>
    granted.some(
      ({ privileges, scope }) =>
        (scope === "*" || scope === database) &&
        [privilege, widerThan[privilege], "ALL PRIVILEGES"].some((one) => one !== undefined && privileges.has(one)),
    );
  const lacking = [...wanted].map(
    ([database, privileges]) => [database, privileges.filter((privilege) => !has(privilege, database))] as const,
  );
  return new Map(lacking.filter(([, privileges]) => privileges.length > 0));
}

/** Privileges that allow another one too. */
const widerThan: Readonly<Record<string, string>> = { FLUSH_TABLES: "RELOAD" };

/**
 * What was wanted before, is wanted no longer, and is still given. What somebody else gave is left.
 * @param lines of `SHOW GRANTS`.
 */
export function outdatedPrivileges(lines: readonly string[], before: Privileges, wanted: Privileges): Privileges {
  const granted = lines.flatMap((line) => parseGrant(line) ?? []);
  const isGiven = (privilege: string, database: string) =>
    granted.some(({ privileges, scope }) => scope === database && privileges.has(privilege));
  const outdated = [...before].map(([database, privileges]) => {
    const kept = wanted.get(database) ?? [];
    return [database, privileges.filter((one) => !kept.includes(one) && isGiven(one, database))] as const;
  });
  return new Map(outdated.filter(([, privileges]) => privileges.length > 0));
}

/** A statement for each scope, without a semicolon. @param account as `USER@HOST`. */
export function grantStatements(privileges: Privileges, account: string): string[] {
  return statements("GRANT", privileges, `TO ${quotedAccount(account)}`);
}

/** Likewise. */
export function revokeStatements(privileges: Privileges, account: string): string[] {
  return statements("REVOKE", privileges, `FROM ${quotedAccount(account)}`);
}

/** In a name of a database, `_` and `%` would stand for others. */
function statements(verb: string, privileges: Privileges, account: string): string[] {
  return [...privileges].map(
    ([database, list]) =>
      `${verb} ${list.join(", ")} ON ${scopeName(database.replaceAll(/[_%]/g, String.raw`\$&`))} ${account}`,
  );
}

/** For each scope `SELECT, RELOAD ON *.*`. */
export function describePrivileges(privileges: Privileges): string[] {
  return [...privileges].map(([database, list]) => `${list.join(", ")} ON ${scopeName(database)}`);
}

interface Grant {
  readonly privileges: ReadonlySet<string>;
  /** A database, or `*`. */
  readonly scope: string;
}

/** Grants on single tables or columns are passed over: Debezium could not snapshot by them. */
function parseGrant(line: string): Grant | undefined {
  const [, privileges, scope] = /^GRANT (.+) ON (\*|`(?:[^`]|``)+`|"[^"]+")\.\* TO /.exec(line) ?? [];
  if (privileges === undefined || scope === undefined) return undefined;
  return {
    privileges: new Set(privileges.split(",").map((privilege) => privilege.trim().toUpperCase())),
    // `_` and `%` are escaped in database names, as they would be patterns.
    scope: scope
      .replaceAll(/^[`"]|[`"]$/g, "")
      .replaceAll("``", "`")
      .replaceAll(/\\([_%])/g, "$1"),
  };
}

function scopeName(database: string): string {
  return database === "*" ? "*.*" : `\`${database.replaceAll("`", "``")}\`.*`;
}

/** @param account as `USER@HOST`. */
export function quotedAccount(account: string): string {
  const at = account.lastIndexOf("@");
  return `'${account.slice(0, at)}'@'${account.slice(at + 1)}'`;
}
