/** Applies schema files to a server: in order, each statement once, and further from where it stopped. */
import type { Connection } from "mysql2/promise";
import { connectBytewise, type ServerAddress } from "../clients/mysql/bytewise.ts";
import { cdcUser } from "../lib/constants.ts";
import { ProblemError } from "../lib/problem.ts";
import { statementsOf, type SchemaFile } from "./files.ts";
import { judgeFiles, type JudgedFile } from "./judge.ts";
import { finishedRecord } from "./pending.ts";
import { runFile } from "./run-file.ts";
import { FileNote, lookerFor, makeDatabases, makeRecordTable, readRecords } from "./server.ts";

/** What a shard's server is to have. */
export interface SchemaTarget extends ServerAddress {
  readonly shard: string;
  readonly databases: readonly string[];
  readonly files: readonly SchemaFile[];
  /** Words that let single files through (judge.ts). */
  readonly allow: readonly string[];
}

/** So long a statement of an earlier `up` is waited for, which goes on when that was killed. */
const waitLimitSeconds = 600;

/** Judges the files by the server as it is, and changes nothing. @throws Error when the server cannot be asked. */
export async function lookAtServer(target: SchemaTarget): Promise<JudgedFile[]> {
  const connection = await connectBytewise(target);
  try {
    return await judge(connection, target);
  } finally {
    await close(connection);
  }
}

/**
 * Makes databases, then applies what was not applied yet.
 * @param isNew drops the pipeline's own account, should a volume that was kept have it: whoever is to make it comes after.
 * @throws ProblemError before anything is run, for what needs a word; StatementError for a statement that failed.
 */
export async function applySchema(
  target: SchemaTarget,
  { isNew, say }: { readonly isNew: boolean; readonly say: (message: string) => void },
): Promise<void> {
  const first = await lockedSession(target, say);
  let judged: JudgedFile[];
  try {
    judged = await judge(first, target);
    const problems = judged.flatMap((file) => file.problems);
    if (problems.length > 0) throw new ProblemError(`the schema files cannot be applied to ${target.shard}`, problems);
    await makeDatabases(first, target.databases);
    await makeRecordTable(first);
    if (isNew) await first.query(`DROP USER IF EXISTS '${cdcUser}'@'%'`);
  } finally {
    await close(first);
  }
  for (const file of judged) await applyFile(target, file, say);
}

async function judge(connection: Connection, target: SchemaTarget): Promise<JudgedFile[]> {
  const records = await readRecords(connection);
  return await judgeFiles(target.shard, target.files, records, target.allow, lookerFor(connection));
}

/** Every file has a session of its own, as every run of the mysql client has. */
async function applyFile(target: SchemaTarget, judged: JudgedFile, say: (message: string) => void): Promise<void> {
  const { file, pending, record } = judged;
  if (pending.kind === "nothing") return;
  const session = await lockedSession(target, say);
  try {
    const now = (await readRecords(session)).find(({ name }) => name === file.name);
    if (now?.chain !== record?.chain || now?.statements !== record?.statements)
      throw new Error(`another \`up\` has just applied sql/${file.name} to ${target.shard}; run it again`);
    const note = await FileNote.open(session, file, pending.kind === "record" ? pending.renamedFrom : undefined);
    if (pending.kind === "run") {
      await runFile(session, note, { shard: target.shard, file, from: pending.from, record }, say);
      say(`${file.name}: ${statementsOf(file).length - pending.from} statements applied`);
    }
    await note.finish(finishedRecord(file));
  } finally {
    await close(session);
  }
}

/** A session that alone applies files: the lock goes with it, so also that of an `up` that was killed, when its statement ends. */
async function lockedSession(target: SchemaTarget, say: (message: string) => void): Promise<Connection> {
  const connection = await connectBytewise(target);
  const isLocked = async (seconds: number) => {
    const [result] = await connection.query(`SELECT GET_LOCK('cdc.schema_file', ${seconds}) AS locked`);
    return (result as { locked: number | null }[])[0]?.locked === 1;
  };
  try {
    if (await isLocked(2)) return connection;
    say(`${target.shard}: waiting for a statement of an earlier \`up\`, which the server still runs`);
    if (await isLocked(waitLimitSeconds)) return connection;
    throw new Error(
      `${target.shard}: an earlier \`up\` still applies schema files after ${waitLimitSeconds} s; SHOW PROCESSLIST on the server shows its statement: wait for its end, or KILL it, and run again`,
    );
  } catch (error) {
    await close(connection);
    throw error;
  }
}

async function close(connection: Connection): Promise<void> {
  await connection.end().catch(() => connection.destroy());
}
