/** cdc:index:AcceptedPassword and cdc:index:RetiredPassword: the two halves of a rotation on one server. */
import type { RowDataPacket } from "mysql2/promise";
import { connectMysql, unlessCutOff } from "../clients/mysql/client.ts";
import { isLetIn, keepsOldQuery, partsOf, passwordStatement, type PasswordStep } from "../clients/mysql/passwords.ts";
import type { MysqlEndpoint } from "../lib/endpoint.ts";
import { messageOf } from "../lib/run.ts";
import { asKnown, hasUnknown, isEqual, type Properties, type ResourceHandler, type Say } from "./handler.ts";
import { reveal } from "./secrets.ts";

interface PasswordInputs {
  readonly shard: string;
  readonly server: MysqlEndpoint;
  /** Root's. */
  readonly password: string;
  /** `USER@HOST` */
  readonly account: string;
  /** What the account is to log in with. */
  readonly accountPassword: string;
  /** Retired alone. */
  readonly after?: unknown;
}

export const acceptedPasswordHandler: ResourceHandler = {
  /** Looks at the server too: a password that somebody changed there is mended by a plain `up`. */
  async diff(_id, olds, news, say) {
    if (isChanged(olds, news)) return { changes: true };
    const { shard, account } = asInputs(news);
    try {
      const takesNew = await isLetIn(loginOf(asInputs(news)));
      if (!takesNew)
        say(`${shard}: ${account} is refused with the pipeline's password; \`up\` gives it that one again`);
      return { changes: !takesNew };
    } catch (error) {
      say(
        `${shard}: no login as ${account} could be tried (${messageOf(error)}); its password is taken to be as it was`,
      );
      return { changes: false };
    }
  },

  async create(inputs) {
    return { id: asInputs(inputs).shard, outs: { ...inputs, acceptedAt: await accept(inputs) } };
  },

  /** `diff` looks at the server. */
  read: asKnown("acceptedAt"),

  async update(_id, _olds, news) {
    return { outs: { ...news, acceptedAt: await accept(news) } };
  },

  /** It goes with the account. */
  async delete() {},
};

export const retiredPasswordHandler: ResourceHandler = {
  async diff(_id, olds, news) {
    return { changes: isChanged(olds, news) };
  },

  async create(inputs) {
    await step("retire", inputs);
    return { id: asInputs(inputs).shard, outs: inputs };
  },

  read: asKnown(),

  /** The old one is tried afterwards: it is known from the state, and from nowhere else. */
  async update(_id, olds, news, say) {
    await step("retire", news);
    await proveRefused(asInputs(news), asInputs(olds).accountPassword, say);
    return { outs: news };
  },

  /** It went. */
  async delete() {},
};

/** Root's password alone changes nothing here. */
function isChanged(olds: Properties, news: Properties): boolean {
  const keys = ["shard", "server", "account", "accountPassword", "after"];
  return keys.some((key) => hasUnknown(news[key]) || !isEqual(reveal(olds[key]), reveal(news[key])));
}

async function accept(inputs: Properties): Promise<string> {
  await step("accept", inputs);
  const login = asInputs(inputs);
  if (!(await isLetIn(loginOf(login))))
    throw new Error(
      `${login.shard}: ${login.account} is refused with the password that it was just given\n` +
        "  what to do: see whether another account of that name, for a single host, is in its way (SELECT user, host FROM mysql.user), and drop it",
    );
  return new Date().toISOString();
}

async function step(which: PasswordStep, inputs: Properties): Promise<void> {
  const { shard, server, password, account, accountPassword } = asInputs(inputs);
  const takesNew = await isLetIn(loginOf(asInputs(inputs)));
  const root = await unlessCutOff(async () => await connectMysql({ ...server, user: "root", password }));
  try {
    const { user, host } = partsOf(account);
    const [rows] = await root.query<RowDataPacket[]>(keepsOldQuery, [user, host]);
    const statement = passwordStatement(which, account, { takesNew, keepsOld: Number(rows[0]?.["kept"]) === 1 });
    if (statement === undefined) return;
    // As what sets root's: no other server needs to hear of it.
    await root.query("SET SESSION sql_log_bin = OFF");
    await root.query(statement, [accountPassword]);
  } catch (error) {
    throw new Error(
      `${shard}: the password of ${account}: ${messageOf(error)}\n` +
        "  what to do: run the same command again, it goes on where this one ended; when the account was dropped, `pulumi up --refresh` makes it again",
      { cause: error },
    );
  } finally {
    await root.end();
  }
}

async function proveRefused(inputs: PasswordInputs, old: string, say: Say): Promise<void> {
  const { shard, account } = inputs;
  if (old === inputs.accountPassword) return;
  if (await isLetIn({ ...loginOf(inputs), password: old }))
    throw new Error(
      `${shard}: ${account} is still let in with its old password\n` +
        `  what to do: run the same command again; when it stays so, ALTER USER … DISCARD OLD PASSWORD as root`,
    );
  say(`${shard}: the new password of ${account} is in use, and the old one is refused`);
}

function loginOf({ server, account, accountPassword }: PasswordInputs) {
  return { ...server, user: partsOf(account).user, password: accountPassword };
}

/** The shape is given by the resource classes (account-passwords.ts), the only makers of such inputs. */
function asInputs(properties: Properties): PasswordInputs {
  return reveal(properties) as Properties & PasswordInputs;
}
