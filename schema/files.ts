/** The files of a schema folder, and what is in them. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UnreadableNameError } from "./names.ts";
import { splitStatements, UnreadableError, type Statement } from "./split.ts";
import { readStatement, type Reading } from "./statement.ts";
import { tokensOf } from "./tokens.ts";
import { checkoutFolder } from "../lib/checkout.ts";

const root = join(checkoutFolder, "sql");

/** A file under sql/. */
export interface SchemaFile {
  /** `FOLDER/FILE`, as it is recorded. */
  readonly name: string;
  /** Of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** Its bytes, one character each: dumps hold bytes that are no UTF-8. */
  readonly text: string;
}

/** One of a file's statements. */
export interface FileStatement extends Statement {
  readonly reading: Reading;
  /** Of its tokens, so that comments and spaces do not count; 16 hexadecimal digits. */
  readonly hash: string;
  /** Over the hashes up to this statement. */
  readonly chain: string;
}

/** The chain before the first statement. */
export const emptyChain = "";

/** So many digits of a file's SHA-256 are shown, and stand in the state. */
export const shownDigits = 12;

/** The names of the folders under sql/. */
export function schemaFolders(): string[] {
  return readdirSync(root);
}

/** The files of a folder that end in .sql, in the order of their names. */
export function readFolder(folder: string): SchemaFile[] {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .map((file) => readSchemaFile(`${folder}/${file}`));
}

/** @param name as `FOLDER/FILE` */
export function readSchemaFile(name: string): SchemaFile {
  return schemaFile(name, readFileSync(join(root, name)));
}

/** A file of these bytes. */
export function schemaFile(name: string, bytes: Uint8Array): SchemaFile {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, sha256, text: Buffer.from(bytes).toString("latin1") };
}

/** Every shard and every check asks for the same. */
const known = new Map<string, readonly FileStatement[]>();

/**
 * A file's statements, in order.
 * @throws UnreadableError for what is no SQL, or cannot be read without running it.
 */
export function statementsOf(file: SchemaFile): readonly FileStatement[] {
  const found = known.get(file.sha256) ?? read(file.text);
  known.set(file.sha256, found);
  return found;
}

function read(text: string): FileStatement[] {
  let database: string | undefined;
  let chain = emptyChain;
  return splitStatements(text).map((statement) => {
    const { line } = statement;
    const tokens = tokensOf(statement.text);
    if (/^\s*SET\b[^]*NO_BACKSLASH_ESCAPES/i.test(statement.text.slice(0, 500)))
      throw new UnreadableError(line, "it sets NO_BACKSLASH_ESCAPES, after which nobody can tell where a text ends");
    const reading = readAt(line, () => readStatement(tokens, database));
    database = reading.uses ?? database;
    const content = createHash("sha256");
    for (const token of tokens) content.update(token.text, "latin1").update("\n");
    const hash = content.digest("hex").slice(0, 16);
    chain = createHash("sha256").update(chain).update(hash).digest("hex");
    return { ...statement, reading, hash, chain };
  });
}

function readAt<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableNameError) throw new UnreadableError(line, error.message);
    throw error;
  }
}

/** The tables that are there when files were applied to a server without any, as `DATABASE.TABLE`. */
export function tablesMadeBy(files: readonly SchemaFile[]): string[] {
  const tables = new Set<string>();
  for (const { reading } of files.flatMap(statementsOf)) {
    for (const loss of reading.unmakes) {
      if (loss.kind === "table") tables.delete(`${loss.name.database}.${loss.name.table}`);
      else if (loss.kind === "database")
        for (const table of tables) if (table.startsWith(`${loss.database}.`)) tables.delete(table);
    }
    // A name without a database is refused by MySQL.
    for (const { database, table } of reading.makes) if (database !== undefined) tables.add(`${database}.${table}`);
  }
  return [...tables];
}
