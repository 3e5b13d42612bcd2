/** What of a file is still to be run, by what the server has on record. */
import { emptyChain, statementsOf, type FileStatement, type SchemaFile } from "./files.ts";

/** What a server has on record of a file. */
export interface FileRecord {
  readonly name: string;
  /** Of the file when its record was last written. */
  readonly sha256: string;
  /** So many statements were applied, from the first on. */
  readonly statements: number;
  /** The chain (FileStatement) of the last one that was applied. */
  readonly chain: string;
  /** The statement's index that was begun, if it is not known whether it ended. */
  readonly begun: number | undefined;
  /** Hashes of all statements of a file that was applied whole, one after the other; empty before that. */
  readonly hashes: string;
  /** What the session held, as SQL that sets it again, by the variable. */
  readonly session: Readonly<Record<string, string>>;
  readonly isFinished: boolean;
}

/** What is to be done about a file. */
export type Pending =
  | { readonly kind: "nothing" }
  /** Only comments or spaces changed, or only its name. */
  | { readonly kind: "record"; readonly renamedFrom: string | undefined }
  | {
      readonly kind: "run";
      /** Index of the first statement that is run. */
      readonly from: number;
      readonly why: "new" | "unfinished" | "appended" | "changed";
    };

/** The record of a file that was applied whole. */
export function finishedRecord(file: SchemaFile): FileRecord {
  const statements = statementsOf(file);
  return {
    name: file.name,
    sha256: file.sha256,
    statements: statements.length,
    chain: statements.at(-1)?.chain ?? emptyChain,
    begun: undefined,
    hashes: statements.map(({ hash }) => hash).join(""),
    session: {},
    isFinished: true,
  };
}

/** The statements that are to be run. */
export function toRun(file: SchemaFile, pending: Pending): readonly FileStatement[] {
  return pending.kind === "run" ? statementsOf(file).slice(pending.from) : [];
}

/**
 * @param records what the server has, of every file.
 * @param names of the files that there are.
 */
export function pendingOf(file: SchemaFile, records: readonly FileRecord[], names: readonly string[]): Pending {
  const statements = statementsOf(file);
  const chainAt = (count: number) => (count === 0 ? emptyChain : statements[count - 1]?.chain);
  const record = records.find(({ name }) => name === file.name);
  if (record === undefined) {
    const isSame = ({ name, isFinished, chain }: FileRecord) =>
      isFinished &&
      !names.includes(name) &&
      folderOf(name) === folderOf(file.name) &&
      chain === chainAt(statements.length);
    const renamed = statements.length > 0 ? records.find(isSame) : undefined;
    if (renamed !== undefined) return { kind: "record", renamedFrom: renamed.name };
    return { kind: "run", from: 0, why: "new" };
  }
  if (record.isFinished && record.sha256 === file.sha256) return { kind: "nothing" };
  if (chainAt(record.statements) !== record.chain) return { kind: "run", from: 0, why: "changed" };
  if (record.statements === statements.length) return { kind: "record", renamedFrom: undefined };
  return { kind: "run", from: record.statements, why: record.isFinished ? "appended" : "unfinished" };
}

/** The first statement that is not what was applied; undefined when the last ones went, or when it is not known. */
export function firstChanged(file: SchemaFile, record: FileRecord | undefined): FileStatement | undefined {
  const hashes = record?.hashes ?? "";
  if (hashes === "") return undefined;
  return statementsOf(file).find(
    ({ hash }, index) => hash !== hashes.slice(index * hash.length, (index + 1) * hash.length),
  );
}

/** The first statement that cannot be run a second time; what a file drops before it defines it can. */
export function firstUnrepeatable(file: SchemaFile): FileStatement | undefined {
  const dropped = new Set<string>();
  return statementsOf(file).find(({ reading }) => {
    const { definition } = reading;
    if (definition?.drops === true) dropped.add(definition.kind);
    return !reading.isRepeatable && !(definition !== undefined && dropped.has(definition.kind));
  });
}

function folderOf(name: string): string {
  return name.split("/")[0] ?? name;
}
