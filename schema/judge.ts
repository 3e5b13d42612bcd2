/** Whether files may be applied to a server as it is: what would delete rows, or run again, needs a word. */
import type { Problem } from "../lib/problem.ts";
import { aliasTypeIn } from "./alias-types.ts";
import { shownDigits, statementsOf, type FileStatement, type SchemaFile } from "./files.ts";
import type { Loss } from "./losses.ts";
import { firstChanged, firstUnrepeatable, pendingOf, toRun, type FileRecord, type Pending } from "./pending.ts";
import { tokensOf } from "./tokens.ts";
import { messageOf } from "../lib/run.ts";

/** A table with rows. */
export interface FoundRows {
  readonly database: string;
  readonly table: string;
  /** Undefined when they could not be counted. */
  readonly rows: number | undefined;
  /** False for MySQL's own estimate. */
  readonly isExact: boolean;
  readonly mebibytes: number;
}

/** Which tables with rows a loss would empty; an error when it could not be looked at. */
export type LookForRows = (loss: Loss) => Promise<FoundRows[]>;

/** A file with what is to be done about it. */
export interface JudgedFile {
  readonly file: SchemaFile;
  readonly record: FileRecord | undefined;
  readonly pending: Pending;
  readonly problems: readonly Problem[];
}

/** So many statements of a file are shown, and so many tables of a statement. */
const shown = 5;

/**
 * Judges every file before the first one is run.
 * @param shard what problems are about.
 * @param allow words such as `file:products/10-dump.sql@0123456789ab`.
 */
export async function judgeFiles(
  shard: string,
  files: readonly SchemaFile[],
  records: readonly FileRecord[],
  allow: readonly string[],
  lookForRows: LookForRows,
): Promise<JudgedFile[]> {
  const names = files.map(({ name }) => name);
  const judged: JudgedFile[] = [];
  for (const file of files) {
    const pending = pendingOf(file, records, names);
    const record = records.find(({ name }) => name === file.name);
    const problems = isAllowed(file, allow)
      ? []
      : [
          ...rerunProblems(shard, file, record, pending),
          // A new server's tables are read by a snapshot, which asks it how they are.
          ...(records.length === 0 ? [] : aliasProblems(shard, file, pending)),
          ...(await lossProblems(shard, file, pending, lookForRows)),
        ];
    judged.push({ file, record, pending, problems });
  }
  return judged;
}

/** The word that lets a file of this content through. */
export function wordFor({ name, sha256 }: SchemaFile): string {
  return `file:${name}@${sha256.slice(0, shownDigits)}`;
}

function isAllowed(file: SchemaFile, allow: readonly string[]): boolean {
  const begin = `file:${file.name}@`;
  return allow.some((word) => {
    const digits = word.startsWith(begin) ? word.slice(begin.length) : "";
    return digits.length >= 8 && file.sha256.startsWith(digits);
  });
}

function rerunProblems(shard: string, file: SchemaFile, record: FileRecord | undefined, pending: Pending): Problem[] {
  const hurt = pending.kind === "run" && pending.why === "changed" ? firstUnrepeatable(file) : undefined;
  if (hurt === undefined) return [];
  const changed = firstChanged(file, record);
  const what =
    changed === undefined
      ? `one of the ${record?.statements ?? 0} statements that were applied is not there any more, or not as it was`
      : `line ${changed.line}, ${quote(changed)}, is not what was applied there`;
  return [
    {
      code: "CDC-842",
      path: `${shard} sql/${file.name}`,
      message: `${what}; so the whole file would run again, and line ${hurt.line}, ${quote(hurt)}, is not made for that`,
      remedy: `leave what was applied as it was, and write the change as a statement at the file's end or into a new file; if the whole file is to run again: add ${wordFor(file)} to cdc:allowDelete`,
    },
  ];
}

/** Statements that a connector would read in the binlog, and take a column of for another type than it is. */
function aliasProblems(shard: string, file: SchemaFile, pending: Pending): Problem[] {
  return toRun(file, pending).flatMap((statement) => {
    const alias = aliasTypeIn(tokensOf(statement.text));
    if (alias === undefined) return [];
    return [
      {
        code: "CDC-845",
        path: `${shard} sql/${file.name} line ${statement.line}`,
        message: `${quote(statement)}: a running connector reads ${alias.found} otherwise than MySQL, and its values come cut, empty or as other text`,
        remedy: `write ${alias.instead}, which is what MySQL makes of it; if the table is not to be captured: add ${wordFor(file)} to cdc:allowDelete`,
      },
    ];
  });
}

async function lossProblems(
  shard: string,
  file: SchemaFile,
  pending: Pending,
  lookForRows: LookForRows,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const statement of toRun(file, pending)) {
    for (const loss of statement.reading.losses) {
      const problem = await lossProblem(statement, loss, lookForRows);
      if (problem === undefined) continue;
      problems.push({
        ...problem,
        path: `${shard} sql/${file.name} line ${statement.line}`,
        remedy: `take the statement out of the file if they are to stay; if they may go, add ${wordFor(file)} to cdc:allowDelete`,
      });
    }
  }
  if (problems.length <= shown) return problems;
  const last = problems[shown - 1];
  if (last === undefined) return problems;
  const more = `${last.message}; and ${problems.length - shown} more such statements`;
  return [...problems.slice(0, shown - 1), { ...last, message: more }];
}

async function lossProblem(
  statement: FileStatement,
  loss: Loss,
  lookForRows: LookForRows,
): Promise<Pick<Problem, "code" | "message"> | undefined> {
  let found: FoundRows[];
  try {
    found = await lookForRows(loss);
  } catch (error) {
    const why = messageOf(error);
    return { code: "CDC-841", message: `${quote(statement)}: what it would delete could not be looked at: ${why}` };
  }
  if (found.length === 0) return undefined;
  const tables = listed(found);
  return loss.kind === "anything"
    ? { code: "CDC-841", message: `${quote(statement)}: ${loss.why}, and the server holds ${tables}` }
    : { code: "CDC-840", message: `${quote(statement)} would delete from ${tables}` };
}

function listed(found: readonly FoundRows[]): string {
  const some = found.slice(0, shown).map(({ database, table, rows, isExact, mebibytes }) => {
    const count = rows === undefined ? "rows" : `${isExact ? "" : "about "}${rows} row${rows === 1 ? "" : "s"}`;
    return `${database}.${table} (${count}, ${mebibytes.toFixed(2)} MiB)`;
  });
  const more = found.length > shown ? [`${found.length - shown} more tables`] : [];
  return [...some, ...more].join(", ");
}

/** The begin of a statement on one line, as it stands in the file. */
export function quote({ text }: Pick<FileStatement, "text">): string {
  const line = Buffer.from(text.slice(0, 300), "latin1").toString("utf8").replaceAll(/\s+/g, " ");
  return `\`${line.length > 100 ? `${line.slice(0, 97)}...` : line}\``;
}

/** `products/30-new.sql: new, 3 statements to run`, for a preview; undefined when there is nothing to do. */
export function describePending({ file, pending }: JudgedFile): string | undefined {
  if (pending.kind === "nothing") return undefined;
  if (pending.kind === "record") {
    const what = pending.renamedFrom === undefined ? "comments or spaces changed" : `was ${pending.renamedFrom}`;
    return `${file.name}: ${what}, nothing runs`;
  }
  const count = toRun(file, pending).length;
  const statements = `${count} statement${count === 1 ? "" : "s"}`;
  const words = {
    new: `new, ${statements} to run`,
    unfinished: `stopped after ${pending.from} of ${statementsOf(file).length} statements, ${statements} to run`,
    appended: `${statements} added, to run`,
    changed: `changed in what was applied, all ${statements} to run`,
  };
  return `${file.name}: ${words[pending.why]}`;
}
