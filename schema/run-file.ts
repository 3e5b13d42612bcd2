/** Runs a file's statements one after the other, and notes each: a note and the rows of its statement are one transaction. */
import type { Connection, QueryResult, RowDataPacket } from "mysql2/promise";
import { renderProblems } from "../lib/problem.ts";
import { emptyChain, statementsOf, type FileStatement, type SchemaFile } from "./files.ts";
import { quote } from "./judge.ts";
import type { FileRecord } from "./pending.ts";
import { bytes, said } from "../clients/mysql/bytewise.ts";
import { statusOf, type FileNote } from "./server.ts";

/** What is to be run. */
export interface FileRun {
  readonly shard: string;
  readonly file: SchemaFile;
  /** Index of the first statement. */
  readonly from: number;
  readonly record: FileRecord | undefined;
}

/** A statement that MySQL refused; its message is for the person who wrote the file. */
export class StatementError extends Error {}

/** MySQL's SERVER_STATUS_IN_TRANS and SERVER_STATUS_AUTOCOMMIT. */
const inTransaction = 1;
const autocommit = 2;

/** Changes of tables without transactions must not be in one with the note (ER_GTID_UNSAFE_NON_TRANSACTIONAL_TABLE). */
const noTransactions = 1785;

/** What MySQL says of a definition that was made, dropped or renamed already. */
const alreadyDone = new Set([
  1007, 1008, 1050, 1051, 1060, 1061, 1091, 1146, 1304, 1305, 1359, 1360, 1396, 1517, 1537, 1539, 1826, 3822,
]);

/** @throws StatementError naming file, line and statement; those before it stay applied. */
export async function runFile(
  session: Connection,
  note: FileNote,
  run: FileRun,
  say: (message: string) => void,
): Promise<void> {
  const statements = statementsOf(run.file);
  const holds = new HeldVariables(session, run.file, run.from === 0 ? {} : (run.record?.session ?? {}));
  let status = await replay(session, run, holds);
  if (run.from === 0) status = await note.write({ statements: 0, chain: emptyChain, session: {} });
  for (const [index, statement] of statements.entries()) {
    if (index < run.from) continue;
    const progress = () => ({ statements: index + 1, chain: statement.chain, session: holds.sql });
    try {
      status = await runStatement(session, note, { ...run, index, statement, status, progress, holds, say });
    } catch (error) {
      throw failure(run, index, statement, error);
    }
  }
  const last = statements.at(-1);
  if ((status & inTransaction) !== 0 && last !== undefined)
    throw failure(
      run,
      statements.length,
      last,
      new Error("the file ends in a transaction that it began; end it by COMMIT"),
    );
}

interface StatementRun extends FileRun {
  readonly index: number;
  readonly statement: FileStatement;
  /** Flags of the last answer. */
  readonly status: number;
  readonly progress: () => { statements: number; chain: string; session: Readonly<Record<string, string>> };
  readonly holds: HeldVariables;
  readonly say: (message: string) => void;
}

/** @returns the flags of the last answer. */
async function runStatement(session: Connection, note: FileNote, run: StatementRun): Promise<number> {
  const { statement, index, progress, holds } = run;
  const { reading } = statement;
  let { status } = run;
  const isOpen = (status & inTransaction) !== 0;
  const commits = (status & autocommit) !== 0;
  /** Without autocommit the note alone would begin a transaction. */
  const writeNote = async (wasOpen: boolean) => {
    const after = await note.write(progress());
    return wasOpen || (after & inTransaction) === 0 ? after : statusOr(await query(session, "COMMIT"), after);
  };
  // Locks would keep the note out, and nothing but this session writes while a file is applied for the first time.
  if (reading.isLock) return await writeNote(isOpen);

  if (reading.isChange && commits && !isOpen) {
    try {
      await query(session, "START TRANSACTION");
      await query(session, statement.text);
      await holds.read(reading.variables);
      await note.write(progress());
      return statusOr(await query(session, "COMMIT"), status);
    } catch (error) {
      // Of a connection that is gone, the error that it went with is to be reported.
      await query(session, "ROLLBACK").catch(() => undefined);
      if (errnoOf(error) !== noTransactions) throw error;
    }
  }
  // What no transaction holds together is noted before, too: it may be run without the note that follows.
  const isDoubtful = !reading.isRepeatable && !reading.isSession && !isOpen;
  const before = { ...progress(), statements: index, chain: statementsOf(run.file)[index - 1]?.chain ?? emptyChain };
  if (isDoubtful) {
    await note.write({ ...before, begun: index });
    if (!commits) await query(session, "COMMIT");
  }
  try {
    status = statusOr(await query(session, statement.text), status);
  } catch (error) {
    const wasBegun = index === run.from && run.record?.begun === index;
    if (!wasBegun || !alreadyDone.has(errnoOf(error))) {
      // MySQL's answer leaves no doubt; without an answer the doubt stays noted.
      if (isDoubtful && errnoOf(error) !== 0) await note.write(before).then(() => query(session, "COMMIT"));
      throw error;
    }
    run.say(
      `${run.file.name} line ${statement.line}: was run before the last \`up\` was broken off, as MySQL says: ${messageOf(error)}`,
    );
  }
  await holds.read(reading.variables);
  return await writeNote((status & inTransaction) !== 0);
}

/** Sets the session as the applied statements left it. @returns the session's flags. */
async function replay(session: Connection, { shard, file, from }: FileRun, holds: HeldVariables): Promise<number> {
  for (const [index, statement] of statementsOf(file).slice(0, from).entries()) {
    if (!statement.reading.isSession) continue;
    try {
      await query(session, statement.text);
    } catch (error) {
      throw failure({ shard, file }, index, statement, error);
    }
  }
  for (const sql of Object.values(holds.sql)) await query(session, bytes(sql));
  return statusOr(await query(session, "DO 0"), autocommit);
}

/** User variables, and the last id that was given, as SQL that sets them again: statements that follow use them. */
class HeldVariables {
  readonly #session: Connection;
  readonly #usesLastId: boolean;
  sql: Readonly<Record<string, string>>;

  constructor(session: Connection, file: SchemaFile, sql: Readonly<Record<string, string>>) {
    this.#session = session;
    this.#usesLastId = /last_insert_id/i.test(file.text);
    this.sql = sql;
  }

  async read(variables: readonly string[]): Promise<void> {
    const names = variables.map((name) => `@\`${name.replaceAll("`", "``")}\``);
    const columns = [...(this.#usesLastId ? ["LAST_INSERT_ID()"] : []), ...names.map((name) => `QUOTE(${name})`)];
    if (columns.length === 0) return;
    const sql = bytes(`SELECT ${columns.join(", ")}`);
    const [[row]] = await this.#session.query<RowDataPacket[]>({ sql, rowsAsArray: true });
    const values = (row as unknown as (number | string | null)[]).map((value) => String(value ?? "NULL"));
    const id = this.#usesLastId ? { "": `SELECT LAST_INSERT_ID(${values.shift()})` } : {};
    const set = names.map((name, index) => [name, `SET ${name} = ${values[index]}`] as const);
    this.sql = { ...this.sql, ...id, ...Object.fromEntries(set) };
  }
}

async function query(session: Connection, sql: string): Promise<QueryResult> {
  const [result] = await session.query(sql);
  return result;
}

function statusOr(result: QueryResult, otherwise: number): number {
  return statusOf(result) ?? otherwise;
}

function failure(
  { shard, file }: Pick<FileRun, "shard" | "file">,
  index: number,
  statement: FileStatement,
  error: unknown,
): StatementError {
  const count = statementsOf(file).length;
  const which = index < count ? `statement ${index + 1} of ${count}, ` : "";
  // MySQL counts lines from the statement's begin.
  const message = messageOf(error).replace(/\bat line (\d+)(?= \(MySQL error \d+\)$)/, (_, line: string) => {
    return `at line ${Number(line) + statement.line - 1} of the file`;
  });
  return new StatementError(
    renderProblems(`a schema file could not be applied to ${shard}`, [
      {
        code: "CDC-844",
        path: `${shard} sql/${file.name} line ${statement.line}`,
        message: `${which}${quote(statement)}: ${message}`,
        remedy:
          errnoOf(error) > 0 || !(error instanceof Error && "code" in error)
            ? "mend the statement, then run the same command again: it goes on with it; what stands before it in the file is applied and stays"
            : "the connection broke: see why (docker logs), then run the same command again: it goes on with this statement",
      },
    ]),
    { cause: error },
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = said(error.message) || ("code" in error ? String(error.code) : error.name);
  return errnoOf(error) === 0 ? text : `${text} (MySQL error ${errnoOf(error)})`;
}

/** MySQL's number of an error; 0 for errors that are not the server's. */
function errnoOf(error: unknown): number {
  const errno = error instanceof Error && "errno" in error ? Number(error.errno) : 0;
  return Number.isInteger(errno) && errno > 0 ? errno : 0;
}
