/** What a shard's server has to have: rules, tables, and the binlog that its connector still needs. */
import type { MysqlLogin } from "../../lib/endpoint.ts";
import type { RowDataPacket } from "mysql2/promise";
import { readBinlogs, type Binlogs } from "../../clients/mysql/binlogs.ts";
import { connectMysql } from "../../clients/mysql/client.ts";
import { binlogBehind, isPurgedSoon, placeLastsMs } from "../../lib/binlog.ts";
import type { Problem } from "../../lib/problem.ts";
import { purgeRemedy, purgeText } from "../../lib/trouble.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import { checkServer } from "../../preflight/server.ts";
import type { ConnectorOffset } from "../../clients/connect/client.ts";
import { placeOf, type Place } from "../../clients/debezium/history/place.ts";
import type { LossWords } from "../../clients/debezium/history/words.ts";
import { lossOnShard } from "../history.ts";
import { includedTables } from "../../plan/captured.ts";
import { broken, well, type Outcome } from "./walk.ts";

/** What of a shard the words depend on. */
type Judged = Pick<ShardPlan, "account" | "server">;

/** Logs in as the CDC account and holds the server against the rules of the preflight. */
export async function lookAtServer(plan: PipelinePlan, shard: ShardPlan, login: MysqlLogin): Promise<Outcome> {
  const address = { ...shard.endpoints.fromHost, ...login, path: shard.name };
  const { databases, keyNeeds, account } = shard;
  const expected = { timeZone: plan.timeZone, databases, keyNeeds, isReadOnly: account.isReadOnly };
  return judgeProblems(shard, await checkServer(address, expected));
}

export function judgeProblems({ account, server }: Judged, problems: readonly Problem[]): Outcome {
  const [first, ...others] = problems;
  if (first === undefined)
    return well(`${account.user} may log in; binlog, retention, time zone and privileges are right`);
  const more = others.length === 0 ? "" : ` (and ${others.map(({ code }) => code).join(", ")})`;
  return broken(`${first.code}: ${first.message}${more}`, server === undefined ? first.remedy : remedyOf(first));
}

/** On a server of the stack's own account and privileges are the plan's to give; everything else is the server's. */
function remedyOf({ code, remedy }: Problem): string {
  if (code === "CDC-715") return `pulumi up, or on the server: ${remedy}`;
  return remedy.startsWith("make the account")
    ? `pulumi up --refresh makes the account again; by hand: ${remedy}`
    : remedy;
}

export async function lookAtTables(shard: ShardPlan, login: MysqlLogin): Promise<Outcome> {
  const names = await ask(shard, login, "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES");
  return judgeTables(shard, includedTables(shard), new Set(names.map((row) => row.join("."))));
}

export function judgeTables({ server }: Judged, wanted: readonly string[], found: ReadonlySet<string>): Outcome {
  const missing = wanted.filter((table) => !found.has(table));
  if (missing.length === 0) return well(`all ${wanted.length} tables are there`);
  return broken(
    `missing: ${missing.join(", ")}; what is not there is not captured`,
    server === undefined
      ? "have them made again on the server; the pipeline's own are in sql/cdc/10-tables.sql"
      : "make them again (the files under sql/ bear being applied again: make up after a change, or by hand)",
  );
}

/** Whether the connector's place is still one of the server's history, and stays so. */
export async function lookAtPlace(
  shard: ShardPlan,
  login: MysqlLogin,
  offsets: readonly ConnectorOffset[] | undefined,
): Promise<Outcome> {
  const loss = await lossOnShard(shard, login, offsets);
  const place = placeOf(offsets);
  if (loss !== undefined || place === undefined) return judgeLoss(shard, place, loss);
  return judgePurge(shard, place, await readBinlogs({ ...shard.endpoints.fromHost, ...login }), Date.now());
}

export function judgeLoss({ connector }: ShardPlan, place: Place | undefined, loss: LossWords | undefined): Outcome {
  if (loss !== undefined) return broken(`${loss.code}: ${loss.found}`, loss.remedy);
  if (place === undefined) {
    return well(`no place stored yet: it begins by snapshot.mode=${connector.config["snapshot.mode"] ?? "initial"}`);
  }
  return well(`the server still has the binlog from ${place.file}:${place.position} on`);
}

/** A place that is there now, and that the server may purge before it was read from. */
export function judgePurge(
  shard: ShardPlan,
  place: Place,
  { files, keptSeconds }: Pick<Binlogs, "files" | "keptSeconds">,
  atMs: number,
): Outcome {
  const lastsMs = placeLastsMs(place, files, keptSeconds, atMs);
  if (lastsMs === undefined || keptSeconds === undefined || !isPurgedSoon(lastsMs, keptSeconds))
    return judgeLoss(shard, place, undefined);
  const behindBytes = binlogBehind(place, files) ?? 0;
  const text = purgeText({ file: place.file, lastsMs, keptSeconds, behindBytes });
  return broken(`${shard.connector.name} ${text}`, purgeRemedy(shard.name, keptSeconds));
}

async function ask(shard: ShardPlan, login: MysqlLogin, sql: string): Promise<string[][]> {
  const connection = await connectMysql({ ...shard.endpoints.fromHost, ...login });
  try {
    const [rows] = await connection.query<RowDataPacket[]>({ sql, rowsAsArray: true });
    return rows.map((row) => (row as unknown as unknown[]).map(String));
  } finally {
    await connection.end();
  }
}
