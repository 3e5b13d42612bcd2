/** What a server says of its history, as far as a connector's place is to be judged by it. */
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import type { MysqlEndpoint } from "../../../lib/endpoint.ts";
import { loginError, loginOptions } from "../../mysql/client.ts";
import { beginOf, readEventHeads, type DumpStart, type EventHead } from "./binlog-dump.ts";
import { formatGtids, newestOf, parseGtids, subtractGtids } from "./gtid-set.ts";
import { isAfter, type Around, type AtPlace, type ServerFacts } from "./judge.ts";
import type { Place } from "./place.ts";

/** A server, and the CDC account on it. */
export interface ServerLogin extends MysqlEndpoint {
  readonly user: string;
  readonly password: string;
}

/** A server answers within milliseconds; one that has to find a transaction reads through a file of its binlog first. */
const answerLimitMs = 15_000;

/**
 * Asks a server for its history. Changes nothing; costs three short queries, and a look into the binlog for a place that
 * is older than the server's newest file.
 * @throws Error when the server does not answer, or the account may not log in.
 */
export async function readFacts(login: ServerLogin, place: Place): Promise<ServerFacts> {
  return await withConnection(login, async (connection) => {
    const [server] = await rows(
      connection,
      "SELECT @@GLOBAL.server_uuid AS uuid, @@GLOBAL.gtid_executed AS executed, @@GLOBAL.gtid_purged AS purged",
    );
    const logs = await rows(connection, "SHOW BINARY LOGS");
    const files = logs.map((row) => ({ file: String(row["Log_name"]), sizeBytes: Number(row["File_size"]) }));
    const [serverUuid, executed, purged] = [server?.["uuid"], server?.["executed"], server?.["purged"]].map(String);
    const facts = { serverUuid: serverUuid ?? "", executed: executed ?? "", purged: purged ?? "", files };
    const isAsked = mayLackOpen(facts, place) || (await isYounger(login, files.at(-1)?.file, place));
    return { ...facts, around: isAsked ? await readAround(login, connection, facts, place) : undefined };
  });
}

type Known = Omit<ServerFacts, "around">;

/**
 * Within a transaction numbers tell nothing of it: it counts as read only at its end. Another server, such as a replica that was
 * promoted, may lack it, and the connector would leave out as much of the next one. One that has written what was read, and has the
 * place in its binlog, is the same.
 */
export function mayLackOpen({ serverUuid, files }: Known, { isWithin, gtids = "", file, position }: Place): boolean {
  if (!isWithin) return false;
  const hasPlace = files.some((one) => one.file === file && one.sizeBytes >= position);
  return !hasPlace || newestOf(parseGtids(gtids), serverUuid).length === 0;
}

async function readAround(login: ServerLogin, connection: Connection, facts: Known, place: Place): Promise<Around> {
  if (place.isWithin) return { kind: "within", nextAtSeconds: await readNext(login, facts, place) };
  const newestRead = await readNewest(login, facts, place);
  return { kind: "between", newestRead, atPlace: await readAtPlace(connection, facts, place) };
}

/** Whether the newest file was begun after the place: only then can another history have begun meanwhile. */
async function isYounger(login: ServerLogin, file: string | undefined, place: Place): Promise<boolean> {
  if (file === undefined || place.committedAt === undefined) return false;
  const [description] = await heads(login, { file, position: firstPosition }, (seen) => seen.length > 0);
  return description !== undefined && isAfter(place, description.atSeconds);
}

/** Where a file's first event begins: it describes the file. */
const firstPosition = 4;

/** When the first transaction began that is not among those that were read: what the connector would be sent. */
async function readNext(
  login: ServerLogin,
  { executed, purged }: Known,
  { gtids = "" }: Place,
): Promise<number | undefined> {
  const read = parseGtids(gtids);
  // What was purged unread cannot be sent, and is known by the numbers.
  const isThere =
    subtractGtids(parseGtids(executed), read).size > 0 && subtractGtids(parseGtids(purged), read).size === 0;
  if (!isThere) return undefined;
  return beginOf(await heads(login, { allBut: read }, (some) => beginOf(some) !== undefined))?.atSeconds;
}

async function readNewest(
  login: ServerLogin,
  { serverUuid, executed, purged }: Known,
  { gtids = "" }: Place,
): Promise<{ gtid: string; atSeconds: number }[]> {
  const all = parseGtids(executed);
  const gone = parseGtids(purged);
  const found = [];
  for (const newest of newestOf(parseGtids(gtids), serverUuid)) {
    const isThere = subtractGtids(newest, all).size === 0 && subtractGtids(newest, gone).size > 0;
    if (!isThere) continue;
    const seen = await heads(login, { allBut: subtractGtids(all, newest) }, (some) => beginOf(some) !== undefined);
    const begin = beginOf(seen);
    if (begin !== undefined) found.push({ gtid: formatGtids(newest), atSeconds: begin.atSeconds });
  }
  return found;
}

async function readAtPlace(
  connection: Connection,
  { files, executed }: Known,
  { file, position }: Place,
): Promise<AtPlace | undefined> {
  const at = files.findIndex((one) => one.file === file);
  if (at === -1) return undefined;
  try {
    const events = await rows(connection, "SHOW BINLOG EVENTS IN ? FROM ? LIMIT 3", [file, position]);
    const [event] = events.filter(({ Event_type: type }) => type !== "Format_desc" && type !== "Previous_gtids");
    const gtid = /GTID_NEXT= '([^']+)'/.exec(String(event?.["Info"] ?? ""))?.[1];
    const isEnd = event === undefined || event["Event_type"] === "Stop" || event["Event_type"] === "Rotate";
    // Beyond its end a file has no events either.
    if (isEnd && position > (files[at]?.sizeBytes ?? 0)) return undefined;
    const next = files[at + 1]?.file;
    const before = isEnd ? (next === undefined ? executed : await readBefore(connection, next)) : undefined;
    return { gtid, before };
  } catch (error) {
    if (isNoEvent(error)) return undefined;
    throw error;
  }
}

/** What a server says of a place at which no event begins: ER_ERROR_WHEN_EXECUTING_COMMAND, ER_SOURCE_FATAL_ERROR_READING_BINLOG. */
function isNoEvent(error: unknown): boolean {
  return error instanceof Error && "errno" in error && (error.errno === 1220 || error.errno === 1236);
}

/** All that was committed before a file was begun: its second event tells. */
async function readBefore(connection: Connection, file: string): Promise<string | undefined> {
  const events = await rows(connection, "SHOW BINLOG EVENTS IN ? LIMIT 2", [file]);
  const event = events.find(({ Event_type: type }) => type === "Previous_gtids");
  return event === undefined ? undefined : String(event["Info"]);
}

async function heads(
  login: ServerLogin,
  start: DumpStart,
  isEnough: (some: readonly EventHead[]) => boolean,
): Promise<EventHead[]> {
  // A connection of its own: there is no way to end a dump but to hang up.
  return await withConnection(login, async (connection) => await readEventHeads(connection, start, isEnough));
}

async function withConnection<T>(login: ServerLogin, ask: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({ ...loginOptions(login), connectTimeout: answerLimitMs }).catch(
    (error: unknown) => {
      throw loginError(login, error);
    },
  );
  let timer: NodeJS.Timeout | undefined;
  // Whoever waits gets it; without a listener it would end the process.
  connection.on("error", () => {});
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${answerLimitMs / 1000} s`)), answerLimitMs);
  });
  try {
    return await Promise.race([ask(connection), late]);
  } finally {
    clearTimeout(timer);
    connection.destroy();
  }
}

async function rows(connection: Connection, sql: string, values: readonly unknown[] = []): Promise<RowDataPacket[]> {
  return (await connection.query<RowDataPacket[]>(sql, [...values]))[0];
}
