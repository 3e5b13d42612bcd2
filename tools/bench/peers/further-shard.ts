/** A further shard on a running pipeline by hand: one server, its account and tables, its topics, one PUT. */
import { ConnectClient } from "../../../clients/connect/client.ts";
import { removeConnector } from "../../../clients/connect/remove.ts";
import { deleteTopic } from "../../../clients/kafka/delete-topic.ts";
import { run } from "../../../lib/run.ts";
import { hasOwnServer, type OwnShard } from "../../../plan/servers.ts";
import type { PipelinePlan } from "../../../plan/types.ts";
import { startByHand } from "./by-hand.ts";
import type { Passwords } from "./containers.ts";
import type { Recorded } from "./record.ts";

/**
 * Adds the plan's last shard to the pipeline of the others.
 * @param recorded the containers of the whole plan.
 * @returns seconds until a change was seen on it.
 */
export async function addLastShard(plan: PipelinePlan, passwords: Passwords, recorded: Recorded): Promise<number> {
  const shard = lastShard(plan);
  const containers = recorded.containers.filter(({ container }) => container === shard.server.container);
  const filled = recorded.filled.filter(({ volume }) => volume === shard.server.volume);
  return await startByHand(
    { plan, passwords, containers, filled, shards: [shard], createsNetwork: false },
    shard.topics,
  );
}

/** Removes what `addLastShard` has made, also when it made only a part of it. */
export async function removeLastShard(plan: PipelinePlan): Promise<void> {
  const { server, connector, topics } = lastShard(plan);
  const { container, volume } = server;
  const client = new ConnectClient(plan.connect.endpoints.fromHost);
  await removeConnector(client, { name: connector.name, onDelete: "reset", timeoutSeconds: 60 });
  await run("docker", ["container", "rm", "--force", "--volumes", container]);
  await run("docker", ["volume", "rm", "--force", volume]);
  for (const { name } of topics) await deleteTopic(plan.kafka.endpoints.fromHost, name);
}

function lastShard({ shards }: PipelinePlan): OwnShard {
  const shard = shards.filter(hasOwnServer).at(-1);
  if (shard === undefined) throw new Error("a plan has at least one shard");
  return shard;
}
