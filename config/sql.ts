/** The folders under sql/ as the configuration names them: what cannot be read is refused. */
import { cdcDatabase } from "../lib/constants.ts";
import { refuse, type Problem } from "../lib/problem.ts";
import { readFolder, schemaFolders, statementsOf, type SchemaFile } from "../schema/files.ts";
import { UnreadableError } from "../schema/split.ts";

/**
 * The files of a folder under sql/, in the order of their names.
 * @throws ProblemError when there is no such folder, naming those that there are, and for files with what is no SQL.
 */
export function readSql(folder: string): SchemaFile[] {
  const folders = schemaFolders();
  if (!folders.includes(folder)) {
    const message = `found ${folder}; folders under sql/ are ${folders.join(", ")}`;
    refuse([
      {
        code: "CDC-109",
        path: "cdc:schema",
        message,
        remedy: `make sql/${folder} with the CREATE TABLE statements, or name one of these`,
      },
    ]);
  }
  const files = readFolder(folder);
  refuse(files.flatMap(unreadable));
  return files;
}

/** The files that every shard's server gets: the pipeline's own first. @param schema a folder under sql/. */
export function schemaFilesOf(schema: string | undefined): SchemaFile[] {
  return [cdcDatabase, ...(schema === undefined ? [] : [schema])].flatMap(readSql);
}

/** @returns CDC-843 for a file with what is no SQL. */
export function unreadable(file: SchemaFile): Problem[] {
  try {
    statementsOf(file);
    return [];
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const remedy =
      "write what the mysql client would do as SQL, in UTF-8; the files of the folder are applied in the order of their names";
    return [{ code: "CDC-843", path: `sql/${file.name} line ${error.line}`, message: error.message, remedy }];
  }
}
