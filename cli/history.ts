/** Whether a shard's connector may go on from its place, as the commands ask it. */
import type { MysqlLogin } from "../lib/endpoint.ts";
import { randomUUID } from "node:crypto";
import type { RowDataPacket } from "mysql2/promise";
import type { ConnectorOffset } from "../clients/connect/client.ts";
import { unknownCode, type LossWords } from "../clients/debezium/history/words.ts";
import { UserError, messageOf } from "../lib/run.ts";
import type { ShardPlan } from "../plan/types.ts";
import type { OperatedConnector, OperatedStack } from "./context.ts";
import { UnreachableError } from "./exit.ts";

/** @throws Error when the server does not answer. */
export async function lossOnShard(
  { name, endpoints, connector }: ShardPlan,
  login: MysqlLogin,
  offsets: readonly ConnectorOffset[] | undefined,
): Promise<LossWords | undefined> {
  // mysql2 takes a while to load; `--help` need not wait for it.
  const { findLoss } = await import("../clients/debezium/history/find-loss.ts");
  return await findLoss(offsets, { ...endpoints.fromHost, ...login }, connector.config["snapshot.mode"], name);
}

/**
 * Nobody goes on from a place that the server no longer knows. A sink, and a connector without a place, pass.
 * @throws UserError with the code of the loss, UnreachableError when that is not known.
 */
export async function requireHistory(stack: OperatedStack, { name, connector }: OperatedConnector): Promise<void> {
  const shard = stack.plan.shards.find((one) => one.connector.name === connector.name);
  if (shard === undefined) return;
  const offsets = await stack.worker.getOffsets(connector.name);
  let loss: LossWords | undefined;
  try {
    loss = await lossOnShard(shard, await stack.cdcLogin(shard.name), offsets);
  } catch (error) {
    const { found, remedy } = unknownHistory(name, error);
    throw new UnreachableError(`${name}: ${found}`, remedy, { cause: error });
  }
  if (loss !== undefined) throw new UserError(`${name}: ${loss.code}: ${loss.found}`, loss.remedy);
}

/** That a shard's server could not be asked, in words. */
export function unknownHistory(name: string, error: unknown): { found: string; remedy: string } {
  return {
    found: `${unknownCode}: its place cannot be compared with the server's history: ${messageOf(error)}`,
    remedy: `cdc doctor --shard ${name} says what is wrong with the server; make up starts a stopped one of the stack`,
  };
}

/**
 * Writes the probe row on a server that has no transaction at all, as after `RESET BINARY LOGS AND GTIDS`: a snapshot taken
 * there would leave a place without GTIDs, from which Debezium 3.6 cannot go on.
 * @throws UnreachableError when the server does not answer.
 */
export async function ensureTransaction({ name, endpoints, account }: ShardPlan, login: MysqlLogin): Promise<void> {
  // There its own rows are made, or come from its source.
  if (account.isReadOnly) return;
  const { connectMysql } = await import("../clients/mysql/client.ts");
  const { probeStatement } = await import("../flow/flow-database.ts");
  try {
    const connection = await connectMysql({ ...endpoints.fromHost, ...login });
    try {
      const [rows] = await connection.query<RowDataPacket[]>("SELECT @@GLOBAL.gtid_executed = '' AS isEmpty");
      if (rows[0]?.["isEmpty"] === 1) await connection.execute(probeStatement, [randomUUID()]);
    } finally {
      await connection.end();
    }
  } catch (error) {
    throw new UnreachableError(
      `${name}: its server cannot be asked for a new beginning: ${messageOf(error)}`,
      `cdc doctor --shard ${name} says what is wrong with it; make up starts a stopped one of the stack`,
      { cause: error },
    );
  }
}
