/** cdc:index:Grants */
import type { RowDataPacket } from "mysql2/promise";
import {
  describePrivileges,
  grantStatements,
  outdatedPrivileges,
  revokeStatements,
  lackingPrivileges,
  quotedAccount,
  type Privileges,
} from "../clients/mysql/grants.ts";
import { connectMysql, unlessCutOff } from "../clients/mysql/client.ts";
import { hasUnknown, isEqual, type Properties, type ResourceHandler, withKnownPassword } from "./handler.ts";
import { reveal } from "./secrets.ts";
import { messageOf } from "../lib/run.ts";

interface GrantsInputs {
  readonly shard: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly ca: string;
  /** `USER@HOST` */
  readonly account: string;
  /** By database; `*` stands for all. */
  readonly privileges: Readonly<Record<string, readonly string[]>>;
}

export const grantsHandler: ResourceHandler = {
  /** Looks at the server too: what somebody revoked is given back by a plain `up`. */
  async diff(_id, olds, wanted, say) {
    const news = withKnownPassword(wanted, olds);
    if (hasUnknown(news)) return { changes: true };
    const keys = ["shard", "host", "port", "account", "privileges"];
    const isChanged = keys.some((key) => !isEqual(reveal(olds[key]), reveal(news[key])));
    const { shard, account } = asInputs(news);
    try {
      const lacking = await lackingOn(news);
      if (lacking.size > 0) say(`${shard}: ${account} lacks ${describePrivileges(lacking).join(" and ")}`);
      return { changes: isChanged || lacking.size > 0 };
    } catch (error) {
      const why = error instanceof Error ? error.message || error.name : String(error);
      say(`${shard}: what ${account} may do could not be read (${why}); it is taken to be as it was`);
      return { changes: isChanged };
    }
  },

  async create(inputs) {
    return { id: asInputs(inputs).shard, outs: await give(inputs, {}) };
  },

  /** `diff` looks at the server. */
  async read(_id, props) {
    return { props, inputs: props };
  },

  async update(_id, olds, news) {
    return { outs: await give(news, asInputs(olds).privileges) };
  },

  /** They go with the account. */
  async delete() {},
};

async function lackingOn(inputs: Properties): Promise<Privileges> {
  const { account, privileges } = asInputs(inputs);
  const wanted = new Map(Object.entries(privileges));
  return await withServer(inputs, async (query) => {
    const lines = await query(`SHOW GRANTS FOR ${quotedAccount(account)}`).catch((error: unknown) => {
      if (isNoSuchGrant(error)) return [];
      throw error;
    });
    return lackingPrivileges(lines, wanted);
  });
}

/** Gives first, so that nothing is lacking meanwhile; then takes what was given before and is wanted no longer. */
async function give(inputs: Properties, before: GrantsInputs["privileges"]): Promise<Properties> {
  const { shard, account, privileges } = asInputs(inputs);
  const wanted = new Map(Object.entries(privileges));
  await withServer(inputs, async (query) => {
    const run = async (statement: string) =>
      await query(statement).catch((error: unknown) => {
        throw new Error(
          `${shard}: ${statement}: ${messageOf(error)}\n` +
            "  what to do: when the account was dropped, `pulumi up --refresh` makes it again",
          { cause: error },
        );
      });
    for (const statement of grantStatements(wanted, account)) await run(statement);
    const lines = await query(`SHOW GRANTS FOR ${quotedAccount(account)}`);
    const outdated = outdatedPrivileges(lines, new Map(Object.entries(before)), wanted);
    for (const statement of revokeStatements(outdated, account)) await run(statement);
  });
  return inputs;
}

/** @param ask gets a function that answers the first column of what a statement returns. */
async function withServer<T>(
  inputs: Properties,
  ask: (query: (sql: string) => Promise<string[]>) => Promise<T>,
): Promise<T> {
  const { host, port, password, ca } = asInputs(inputs);
  const connection = await unlessCutOff(
    async () => await connectMysql({ host, port, user: "root", password, tls: { ca } }),
  );
  try {
    return await ask(async (sql) => {
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      return Array.isArray(rows) ? rows.map((row) => String(Object.values(row)[0])) : [];
    });
  } finally {
    await connection.end();
  }
}

/** ER_NONEXISTING_GRANT: there is no such account. */
function isNoSuchGrant(error: unknown): boolean {
  return error instanceof Error && "errno" in error && error.errno === 1141;
}

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): GrantsInputs {
  return reveal(properties) as GrantsInputs;
}
