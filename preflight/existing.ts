/** Servers that somebody else runs: looked at before anything is made, by the same rules as those of the stack's own. */
import { ConnectClient, NoAnswerError } from "../clients/connect/client.ts";
import { workersAccess } from "../clients/docker/worker-secrets.ts";
import type { Problem } from "../lib/problem.ts";
import { mysqlAdminPassword, mysqlPassword, type Passwords } from "../lib/passwords.ts";
import { withConnectLogin } from "../plan/connect-access.ts";
import { includedTables } from "../plan/captured.ts";
import { shardsElsewhere } from "../plan/servers.ts";
import type { PipelinePlan, ShardPlan } from "../plan/types.ts";
import { checkServer } from "./server.ts";

/** A worker of the stack's own answers within milliseconds; where none runs nobody listens. */
const workerLimitMs = 3000;

/** What is asked. */
export interface ExistingWorld {
  readonly checkServer: typeof checkServer;
  /** Whether the stack's workers have a connector of this name already. */
  readonly hasConnector: (name: string) => Promise<boolean>;
}

/**
 * Checks each of them (CDC-711 to CDC-719). Nothing is mended from here: missing privileges are refused too, but where `up` gives them.
 * @param passwords of the accounts.
 */
export async function checkExisting(
  plan: PipelinePlan,
  passwords: Passwords,
  world: ExistingWorld = worldOf(plan),
): Promise<Problem[]> {
  const found = await Promise.all(
    shardsElsewhere(plan.shards).map(async (shard) => await checkShard(plan, shard, passwords, world)),
  );
  return found.flat();
}

async function checkShard(
  plan: PipelinePlan,
  shard: ShardPlan,
  passwords: Passwords,
  world: ExistingWorld,
): Promise<Problem[]> {
  const { account, connector, databases, endpoints, keyNeeds, name } = shard;
  // The account that is to be made may not be there yet.
  const { madeBy } = account;
  const whose = madeBy === undefined ? mysqlPassword(name) : mysqlAdminPassword(name);
  const login = { user: madeBy ?? account.user, password: passwords.get(whose) ?? "" };
  // Of a connector that streams the server tells its id, which is in use by that one.
  const serverId = (await world.hasConnector(connector.name))
    ? {}
    : { serverId: Number(connector.config["database.server.id"]) };
  return await world.checkServer(
    { ...endpoints.fromHost, ...login, path: name },
    {
      timeZone: plan.timeZone,
      databases,
      keyNeeds,
      isReadOnly: account.isReadOnly,
      privilegesAreGiven: account.madeBy !== undefined,
      tables: includedTables(shard),
      ...serverId,
    },
  );
}

function worldOf(plan: PipelinePlan): ExistingWorld {
  const containers = plan.connect.workers.map(({ container }) => container);
  const connect = withConnectLogin(plan.connect, workersAccess(containers));
  const [first, ...others] = connect.workers.map(({ endpoints }) => endpoints.fromHost);
  const client = first && new ConnectClient(first, { timeoutMs: workerLimitMs, others });
  return {
    checkServer,
    hasConnector: async (name) => {
      try {
        return (await client?.getStatus(name)) !== undefined;
      } catch (error) {
        // Where no worker listens none streams. One that is busy or starts may have it: its id is not to be held against it.
        return !(error instanceof NoAnswerError && error.nothingListens);
      }
    },
  };
}
