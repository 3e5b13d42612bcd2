/** cdc:index:TablesRead */
import { loginOf, type KeptLogin } from "../lib/connector-secrets.ts";
import type { HttpAccess, KafkaSecrets, MysqlLogin } from "../lib/endpoint.ts";
import { targetOf, type Kept } from "../plan/endpoints.ts";
import type { TablesTarget } from "../snapshot/target.ts";
import { asKnown, hasUnknown, isEqual, type Properties, type ResourceHandler, type Say } from "./handler.ts";
import { withConnectAccess } from "./connect-access.ts";
import { withKafkaSecrets } from "./kafka-secrets.ts";
import { reveal } from "./secrets.ts";
import { within } from "./within.ts";

interface TablesReadInputs {
  readonly target: TablesTarget;
  readonly login: MysqlLogin;
}

interface KeptInputs extends KeptLogin, KafkaSecrets {
  readonly target: Kept<TablesTarget>;
  /** Of the worker. */
  readonly connectAccess?: HttpAccess;
}

/** What a check of the broker may take while the user waits for a preview. */
const lookMs = 3000;

export const tablesReadHandler: ResourceHandler = {
  /** Looks at the topics too: what was never read, or lost its topic since, is read by the next `up`. */
  async diff(_id, olds, news, say) {
    const { checkedAt: _, ...known } = olds;
    const isChanged = !isEqual(reveal(known), reveal(news));
    if (hasUnknown(news["target"])) return { changes: true };
    const { target } = asInputs(news);
    const unread = await within(lookMs, unreadOf(target), []);
    if (unread.length > 0) {
      const names = unread.join(", ");
      say(
        `${target.shard}: never read: ${names}; up has the connector read ${unread.length === 1 ? "it" : "them"} while changes go on`,
      );
    }
    return { changes: isChanged || unread.length > 0 };
  },

  async create(inputs, say) {
    return { id: asInputs(inputs).target.shard, outs: await read(inputs, say) };
  },

  read: asKnown("checkedAt"),

  async update(_id, _olds, news, say) {
    return { outs: await read(news, say) };
  },

  /** What was read was read. */
  async delete() {},
};

async function read(inputs: Properties, say: Say): Promise<Properties> {
  const { target, login } = asInputs(inputs);
  // The clients of Kafka and MySQL take half a second to load: most runs of the plugin need none.
  const { readUnread } = await import("../snapshot/read-unread.ts");
  const words = { result: say, progress: (text: string) => say(text, true) };
  await readUnread(target, login, words);
  return { ...inputs, checkedAt: new Date().toISOString() };
}

/** @returns names of tables. */
async function unreadOf(target: TablesTarget): Promise<string[]> {
  const { readTablesState, unreadTables } = await import("../snapshot/state.ts");
  return unreadTables(await readTablesState(target)).map(({ table }) => table);
}

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): TablesReadInputs {
  const { target, kafkaPassword, kafkaKeystore, connectAccess, ...login } = reveal(properties) as Properties &
    KeptInputs;
  const reached = withKafkaSecrets(targetOf<TablesTarget>(target), { kafkaPassword, kafkaKeystore });
  return { target: withConnectAccess(reached, connectAccess), login: loginOf(login) };
}
