/** What a shard's server has to have: rules, tables, and the binlog that its connector still needs. */
import { createConnection, type RowDataPacket } from "mysql2/promise";
import type { Problem } from "../../plan/problem.ts";
import { cdcUser } from "../../plan/constants.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import { checkServer } from "../../preflight/server.ts";
import type { Place } from "../offsets.ts";
import { includedTables } from "../tables.ts";
import { broken, well, type Outcome } from "./walk.ts";

const answerLimitMs = 10_000;

/** Logs in as the CDC account and holds the server against the rules of the preflight. */
export async function lookAtServer(plan: PipelinePlan, shard: ShardPlan, password: string): Promise<Outcome> {
  const address = { host: "127.0.0.1", port: shard.port.host, user: cdcUser, password, path: shard.name };
  return judgeProblems(await checkServer(address, { timeZone: plan.timeZone, databases: shard.databases }));
}

export function judgeProblems(problems: readonly Problem[]): Outcome {
  const [first, ...others] = problems;
  if (first === undefined) return well(`${cdcUser} may log in; binlog, retention, time zone and privileges are right`);
  const more = others.length === 0 ? "" : ` (and ${others.map(({ code }) => code).join(", ")})`;
  // Revoked privileges are the plan's to give; everything else is the server's.
  const remedy = first.code === "CDC-715" ? `pulumi up --refresh, or on the server: ${first.remedy}` : first.remedy;
  return broken(`${first.code}: ${first.message}${more}`, remedy);
}

export async function lookAtTables(shard: ShardPlan, password: string): Promise<Outcome> {
  const names = await ask(shard, password, "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES");
  return judgeTables(includedTables(shard), new Set(names.map((row) => row.join("."))));
}

export function judgeTables(wanted: readonly string[], found: ReadonlySet<string>): Outcome {
  const missing = wanted.filter((table) => !found.has(table));
  if (missing.length === 0) return well(`all ${wanted.length} tables are there`);
  return broken(
    `missing: ${missing.join(", ")}; what is not there is not captured`,
    "make them again (the files under sql/ bear being applied again: make up after a change, or by hand)",
  );
}

/** Whether the server still has the binlog from the connector's place on. */
export async function lookAtPlace(shard: ShardPlan, password: string, place: Place | undefined): Promise<Outcome> {
  if (place === undefined) return judgePlace(shard, undefined, { files: [], isReachable: undefined });
  const files = (await ask(shard, password, "SHOW BINARY LOGS")).map(([file = ""]) => file);
  const gtids = place.gtids ?? "";
  const [[reachable] = []] =
    gtids === "" ? [] : await ask(shard, password, "SELECT GTID_SUBSET(@@GLOBAL.gtid_purged, ?)", [gtids]);
  return judgePlace(shard, place, { files, isReachable: reachable === undefined ? undefined : reachable === "1" });
}

export interface BinlogView {
  readonly files: readonly string[];
  /** Whether everything that was purged had been read, by GTIDs; undefined where the connector has none. */
  readonly isReachable: boolean | undefined;
}

export function judgePlace(shard: ShardPlan, place: Place | undefined, binlog: BinlogView): Outcome {
  if (place === undefined) {
    return well(
      `no place stored yet: it begins by snapshot.mode=${shard.connector.config["snapshot.mode"] ?? "initial"}`,
    );
  }
  const where = `${place.file}:${place.position}`;
  if (binlog.isReachable ?? binlog.files.includes(place.file))
    return well(`the server still has the binlog from ${where} on`);
  return broken(
    `the connector has read up to ${where}, and the server has purged what follows (it begins at ${binlog.files[0] ?? "nothing"})`,
    `what was purged is lost to the topics; cdc offsets reset ${shard.name} begins anew with a snapshot; ` +
      "then keep the binlog for longer (binlog_expire_logs_seconds)",
  );
}

async function ask(
  shard: ShardPlan,
  password: string,
  sql: string,
  values: readonly string[] = [],
): Promise<string[][]> {
  const connection = await createConnection({
    host: "127.0.0.1",
    port: shard.port.host,
    user: cdcUser,
    password,
    connectTimeout: answerLimitMs,
  });
  try {
    const query = { sql, timeout: answerLimitMs, rowsAsArray: true };
    const [rows] = await connection.query<RowDataPacket[]>(query, [...values]);
    return rows.map((row) => (row as unknown as unknown[]).map(String));
  } finally {
    await connection.end().catch(() => connection.destroy());
  }
}
