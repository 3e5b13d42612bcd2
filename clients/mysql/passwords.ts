/**
 * An account with two passwords for a while: MySQL's dual passwords (8.0.14 and later; "Dual Password Support" in its manual).
 * The new one comes first, the old one is retained beside it, and is discarded when nobody needs it any more.
 */
import { connectMysql, unlessCutOff, type MysqlAddress } from "./client.ts";
import { quotedAccount } from "./grants.ts";

/** What a server says of an account and two passwords. */
export interface PasswordFacts {
  /** Whether it takes the wanted one. */
  readonly takesNew: boolean;
  /** Whether it keeps a second one. */
  readonly keepsOld: boolean;
}

/** A step of a rotation: that the new one is taken beside the old one, or alone. */
export type PasswordStep = "accept" | "retire";

/**
 * The statement that a step needs; `?` stands for the new password.
 * @param account as `USER@HOST`.
 * @returns undefined when the server is as it should be.
 * @throws Error for a retirement before the new one is taken: nobody could log in then.
 */
export function passwordStatement(step: PasswordStep, account: string, facts: PasswordFacts): string | undefined {
  const alter = `ALTER USER ${quotedAccount(account)}`;
  if (step === "accept") return facts.takesNew ? undefined : `${alter} IDENTIFIED BY ? RETAIN CURRENT PASSWORD`;
  if (!facts.takesNew) throw new Error(`${account} is refused with its new password: the old one is kept`);
  return facts.keepsOld ? `${alter} DISCARD OLD PASSWORD` : undefined;
}

/** Whether the server lets that account in. @throws what else a login can meet. */
export async function isLetIn(login: MysqlAddress): Promise<boolean> {
  try {
    const connection = await unlessCutOff(async () => await connectMysql(login));
    await connection.end();
    return true;
  } catch (error) {
    if (error instanceof Error && "errno" in error && error.errno === accessDenied) return false;
    throw error;
  }
}

/** ER_ACCESS_DENIED_ERROR */
const accessDenied = 1045;

/** Of `mysql.user`, for an account as two values: whether there is a second password. */
export const keepsOldQuery =
  "SELECT COALESCE(JSON_CONTAINS_PATH(User_attributes, 'one', '$.additional_password'), 0) AS kept " +
  "FROM mysql.user WHERE user = ? AND host = ?";

/** `USER@HOST` apart. */
export function partsOf(account: string): { user: string; host: string } {
  const at = account.lastIndexOf("@");
  return { user: account.slice(0, at), host: account.slice(at + 1) };
}
