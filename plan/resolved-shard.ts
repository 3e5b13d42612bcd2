/** A shard's entry made complete: what it leaves out is derived from it or taken from what all shards share. */
import type { PlanInput } from "../config/input.ts";
import type { PipelineConfig } from "../config/schema.ts";
import type { ShardConfig } from "../config/shard-schema.ts";
import { mysqlPort } from "../lib/constants.ts";
import type { Endpoints, MysqlEndpoint } from "../lib/endpoint.ts";
import { existingAccess, ownAccess, serverIdOf } from "./access.ts";
import { publishedPort, type PublishedPort } from "./endpoints.ts";
import { tablesOf } from "./table-patterns.ts";
import type { CdcAccountPlan, DesiredState } from "./types.ts";

/** A shard's entry with every derived and every shared value filled in. */
export interface ResolvedShard {
  readonly name: string;
  /** The name under which its resources and data were made: all that is derived from a name is derived from this one. */
  readonly key: string;
  /** The server that is made for it; undefined where somebody else runs one. */
  readonly server: ResolvedServer | undefined;
  /** Where its server is reached. */
  readonly endpoints: Endpoints<MysqlEndpoint>;
  readonly account: CdcAccountPlan;
  readonly serverId: number;
  readonly connector: string;
  readonly topicPrefix: string;
  readonly schemaHistoryTopic: string;
  /** Names, in place of patterns too. */
  readonly tables: readonly string[];
  readonly excludeColumns: readonly string[];
  readonly maskColumns: readonly string[];
  readonly snapshotMode: string;
  readonly state: DesiredState;
  readonly initialOffset: ShardConfig["initialOffset"];
  readonly debeziumVersion: string;
  readonly connectorProperties: Readonly<Record<string, string>>;
}

/** A server of the stack's own, with every value filled in. */
export interface ResolvedServer {
  /** As its entry has it, before `portOffset`. */
  readonly port: number;
  /** Its name in the network, which does not change with `portOffset`. */
  readonly alias: string;
  /** Its port, `portOffset` added. */
  readonly published: PublishedPort;
  readonly bufferPoolMiB: number;
  readonly memoryLimitMiB: number | undefined;
  readonly mysqlOptions: Readonly<Record<string, string>>;
}

/**
 * Fills in what the shard's entry leaves out: from its own name (the former one, where it was renamed) and port, which are unique, or from what all shards share.
 * So removing or reordering other shards changes nothing here.
 * @param input tables that the schema's files make, for which patterns stand (undefined where there are none), and authorities.
 */
export function resolveShard(
  shard: ShardConfig,
  config: PipelineConfig,
  { declaredTables, authorities = {} }: Pick<PlanInput, "declaredTables" | "authorities">,
): ResolvedShard {
  const key = shard.formerName ?? shard.name;
  const topicPrefix = shard.topicPrefix ?? key;
  const { mysql } = shard;
  return {
    name: shard.name,
    key,
    ...(mysql === undefined
      ? ownServer(shard, config)
      : { server: undefined, ...existingAccess(key, mysql, authorities) }),
    serverId: shard.serverId ?? (mysql === undefined ? (shard.port ?? 0) + 1693 : serverIdOf(key)),
    connector: shard.connector ?? `${key}-connector`,
    topicPrefix,
    schemaHistoryTopic: shard.schemaHistoryTopic ?? `schemahistory.${topicPrefix}`,
    // On an existing server no file of ours makes tables.
    tables: tablesOf(shard.tables ?? config.tables, mysql === undefined ? declaredTables : undefined),
    excludeColumns: shard.excludeColumns ?? config.excludeColumns,
    maskColumns: shard.maskColumns ?? config.maskColumns,
    snapshotMode: shard.snapshotMode ?? config.connectors.snapshotMode,
    state: shard.state,
    initialOffset: shard.initialOffset,
    debeziumVersion: shard.debeziumVersion ?? config.connectors.debeziumVersion,
    connectorProperties: shard.connectorProperties,
  };
}

/** One that is to be made, and has no port yet (CDC-230), counts as one without any. */
function ownServer(
  shard: ShardConfig,
  config: PipelineConfig,
): Pick<ResolvedShard, "server" | "endpoints" | "account"> {
  const port = shard.port ?? 0;
  const server = {
    port,
    alias: `mysql-${port}`,
    published: publishedPort(mysqlPort, port + config.portOffset),
    bufferPoolMiB: shard.bufferPoolMiB ?? config.mysql.bufferPoolMiB,
    memoryLimitMiB: shard.memoryMiB ?? config.mysql.memoryMiB,
    mysqlOptions: shard.mysqlOptions,
  };
  return { server, ...ownAccess(server) };
}
