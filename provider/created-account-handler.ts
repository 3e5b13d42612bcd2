/** cdc:index:CreatedAccount */
import type { Connection } from "mysql2/promise";
import { connectMysql, unlessCutOff } from "../clients/mysql/client.ts";
import {
  dropAccount,
  dropOwnDatabase,
  ensureAccount,
  ensureOwnDatabase,
  lackingOf,
  type WantedAccount,
} from "../clients/mysql/created-account.ts";
import { describePrivileges } from "../clients/mysql/grants.ts";
import { isLetIn } from "../clients/mysql/passwords.ts";
import { cdcDatabase } from "../lib/constants.ts";
import { hostAndPort, type MysqlEndpoint } from "../lib/endpoint.ts";
import { messageOf, UserError } from "../lib/run.ts";
import { readFolder, statementsOf, tablesMadeBy } from "../schema/files.ts";
import { hasUnknown, isEqual, without, type Properties, type ResourceHandler } from "./handler.ts";
import { reveal } from "./secrets.ts";

interface AccountInputs {
  readonly shard: string;
  readonly stack: string;
  readonly server: MysqlEndpoint;
  readonly admin: string;
  /** The administrator's. */
  readonly password: string;
  readonly user: string;
  readonly accountPassword: string;
  readonly privileges: Readonly<Record<string, readonly string[]>>;
}

/** `madeDatabase`: by this stack; one that was there stays. */
type AccountOutputs = AccountInputs & { readonly madeDatabase: boolean };

export const createdAccountHandler: ResourceHandler = {
  /** Looks at the server too: what somebody took away is given again by a plain `up`. */
  async diff(_id, olds, news, say) {
    const isChanged = !isEqual(reveal(without(["madeDatabase"], olds)), reveal(news));
    // Another name is another account; on another server it is the same one, which replication brings along.
    const replaces = olds["user"] === news["user"] ? [] : ["user"];
    if (hasUnknown(news) || replaces.length > 0) return { changes: true, replaces };
    const wanted = asInputs(news);
    const { shard, user } = wanted;
    try {
      const lacking = await asAdmin(wanted, async (admin) => await lackingOf(admin, accountOf(wanted)));
      if (lacking.size > 0) say(`${shard}: ${user}@% lacks ${describePrivileges(lacking).join(" and ")}`);
      const takesPassword = await isLetIn({ ...wanted.server, user, password: wanted.accountPassword });
      if (!takesPassword) say(`${shard}: ${user}@% is refused with the pipeline's password; \`up\` gives it that one`);
      return { changes: isChanged || lacking.size > 0 || !takesPassword };
    } catch (error) {
      say(`${shard}: the account ${user}@% could not be looked at (${messageOf(error)}); it is taken to be as it was`);
      return { changes: isChanged };
    }
  },

  async create(inputs) {
    return { id: asInputs(inputs).user, outs: await make(inputs) };
  },

  /** `diff` looks at the server. */
  async read(_id, props) {
    return { props, inputs: without(["madeDatabase"], props) };
  },

  async update(_id, olds, news) {
    return { outs: await make(news, asOutputs(olds)) };
  },

  async delete(_id, props, say, context) {
    const known = asOutputs(props);
    const name = `the account ${known.user}@% stays on ${hostAndPort(known.server)}`;
    if (context?.isProgramRunning === true) {
      say(`${known.shard}: ${name}: only pulumi destroy takes it away. DROP USER '${known.user}'@'%' does, too`);
      return;
    }
    await asAdmin(known, async (admin) => {
      if (!(await dropAccount(admin, known.stack, known.user))) say(`${name}: it is not this stack's any more`);
      if (known.madeDatabase) await dropOwnDatabase(admin, ownTables());
    });
  },
};

async function make(inputs: Properties, before?: AccountOutputs): Promise<Properties> {
  const wanted = asInputs(inputs);
  return await asAdmin(wanted, async (admin) => {
    const given = new Map(Object.entries(before?.privileges ?? {}));
    await ensureAccount(admin, wanted.stack, accountOf(wanted), given);
    const isMade = cdcDatabase in wanted.privileges && (await ensureOwnDatabase(admin, ownStatements()));
    // What was made on another server says nothing of this one's, which may be its administrator's.
    const isSameServer = before !== undefined && hostAndPort(before.server) === hostAndPort(wanted.server);
    return { ...inputs, madeDatabase: isMade || (isSameServer && before.madeDatabase) };
  });
}

/** @throws Error that names the shard and the account. */
async function asAdmin<T>(inputs: AccountInputs, work: (admin: Connection) => Promise<T>): Promise<T> {
  const { shard, server, admin, password, user } = inputs;
  try {
    const connection = await unlessCutOff(async () => await connectMysql({ ...server, user: admin, password }));
    try {
      // What a password is made of is escaped in the usual way, whatever the server's own mode is.
      await connection.query("SET SESSION sql_mode = ''");
      return await work(connection);
    } finally {
      await connection.end();
    }
  } catch (error) {
    const said = error instanceof Error && "errno" in error;
    const ask = said
      ? `see what ${admin} may do (SHOW GRANTS): it needs CREATE USER, CREATE and DROP on ${cdcDatabase}.*, and WITH GRANT OPTION all that ${user} is given`
      : "see whether the server answers";
    const remedy = error instanceof UserError ? error.remedy : `${ask}; then run the same command again`;
    throw new UserError(`${shard}: as ${admin} at ${hostAndPort(server)}: ${messageOf(error)}`, remedy, {
      cause: error,
    });
  }
}

function accountOf({ user, accountPassword, server, privileges }: AccountInputs): WantedAccount {
  const encrypts = server.tls !== undefined;
  return { user, password: accountPassword, encrypts, privileges: new Map(Object.entries(privileges)) };
}

/** As sql/cdc/ has them. */
function ownStatements(): string[] {
  return readFolder(cdcDatabase).flatMap((file) => statementsOf(file).map(({ text }) => text));
}

function ownTables(): string[] {
  return tablesMadeBy(readFolder(cdcDatabase)).map((table) => table.replace(`${cdcDatabase}.`, ""));
}

/** The shape is given by the resource class (created-account.ts), the only maker of such inputs. */
function asInputs(properties: Properties): AccountInputs {
  return reveal(properties) as Properties & AccountInputs;
}

function asOutputs(properties: Properties): AccountOutputs {
  return reveal(properties) as Properties & AccountOutputs;
}
