/** Whether tables have a key, as Debezium counts it, read from the SQL that makes them. */
import { statementsOf, type SchemaFile } from "./files.ts";
import { nameOf as nameIn, tokensOf, type Token } from "./tokens.ts";

/** `unclear`: the text alone does not tell, so the server has to be asked. */
export type TableKey = "key" | "none" | "unclear";

/** A token, or what stands in parentheses. */
type Node = Token | { readonly kind: "group"; readonly nodes: readonly Node[] };

/** Comments are gone; what the server executes (in a version's comment) is read. */
function parse(statement: string): Node[] {
  const top: Node[] = [];
  const open: Node[][] = [top];
  for (const token of tokensOf(statement)) {
    if (token.kind === "mark" || token.kind === "hint") continue;
    const nodes = open.at(-1) ?? top;
    if (token.kind === "symbol" && token.text === "(") {
      const group: Node[] = [];
      nodes.push({ kind: "group", nodes: group });
      open.push(group);
    } else if (token.kind === "symbol" && token.text === ")") {
      if (open.length > 1) open.pop();
    } else nodes.push(token);
  }
  return top;
}

/**
 * Whether the table that one CREATE TABLE statement makes has a key: a primary key, or a unique one over columns that are
 * NOT NULL, as Debezium takes it where there is no primary key.
 * @param statement its text, without the delimiter.
 */
export function keyIn(statement: string): TableKey {
  const nodes = parse(statement);
  const at = nodes.findIndex(({ kind }) => kind === "group");
  const body = nodes[at];
  const isQuery = (node: Node) => isWord(node, "LIKE", "SELECT", "TABLE", "VALUES", "AS");
  if (
    body?.kind !== "group" ||
    nodes.slice(0, at).filter(isQuery).length > 1 ||
    isWord(body.nodes[0], "LIKE", "SELECT")
  ) {
    return "unclear";
  }
  if (hasKey(listed(body.nodes))) return "key";
  // Columns of a query would come after these.
  return nodes.slice(at + 1).some(isQuery) ? "unclear" : "none";
}

/** Tables of the files that certainly have no key, `DATABASE.TABLE`; of all others the server is asked. */
export function tablesWithoutKey(files: readonly SchemaFile[]): string[] {
  const statements = files.flatMap(statementsOf);
  // Then tables get a key that no statement names.
  if (statements.some(({ text }) => /sql_generate_invisible_primary_key/i.test(text))) return [];
  const keys = new Map<string, Set<TableKey>>();
  for (const { text, reading } of statements) {
    for (const { database, table } of reading.makes) {
      if (database === undefined) continue;
      const name = `${database}.${table}`;
      keys.set(name, (keys.get(name) ?? new Set()).add(keyIn(text)));
    }
  }
  const later = statements
    .map(({ text }) => parse(text))
    .filter(([verb, what]) => isWord(verb, "ALTER", "RENAME") || (isWord(verb, "CREATE") && isWord(what, "UNIQUE")));
  const isNamedIn = (table: string) =>
    later.some((nodes) => nodes.some((node) => nameOf(node) === bareName(table).toUpperCase()));
  return [...keys]
    .filter(([table, found]) => found.size === 1 && found.has("none") && !isNamedIn(table))
    .map(([table]) => table);
}

function hasKey(definitions: readonly (readonly Node[])[]): boolean {
  const notNull = new Set<string>();
  const unique: (readonly Node[])[] = [];
  for (const item of definitions) {
    const definition = isWord(item[0], "CONSTRAINT") ? item.slice(isWord(item[1], ...constraints) ? 1 : 2) : item;
    const [first] = definition;
    if (isWord(first, "PRIMARY")) return true;
    if (isWord(first, "UNIQUE")) unique.push(definition);
    else if (!isWord(first, ...constraints)) {
      if (isKeyColumn(definition)) return true;
      if (isNotNull(definition)) notNull.add(nameOf(first));
    }
  }
  return unique.some((definition) => isOver(definition, notNull));
}

const constraints = ["PRIMARY", "UNIQUE", "INDEX", "KEY", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK"];

/** `id INT PRIMARY KEY`, `id INT KEY`, `id SERIAL`, `id INT NOT NULL UNIQUE`. */
function isKeyColumn([, ...attributes]: readonly Node[]): boolean {
  const has = (word: string) => attributes.some((node) => isWord(node, word));
  if (has("PRIMARY") || isWord(attributes[0], "SERIAL")) return true;
  return has("UNIQUE") ? isNotNull(attributes) : has("KEY");
}

function isNotNull(nodes: readonly Node[]): boolean {
  return nodes.some((node, at) => isWord(node, "NOT") && isWord(nodes[at + 1], "NULL"));
}

/** `UNIQUE [KEY] [name] (columns)`, each with a length and an order perhaps; one over an expression is no key. */
function isOver(definition: readonly Node[], notNull: ReadonlySet<string>): boolean {
  const columns = definition.find(({ kind }) => kind === "group");
  return columns?.kind === "group" && listed(columns.nodes).every(([first]) => notNull.has(nameOf(first)));
}

/** What stands between commas. */
function listed(nodes: readonly Node[]): Node[][] {
  const items: Node[][] = [[]];
  for (const node of nodes) {
    if (node.kind === "symbol" && node.text === ",") items.push([]);
    else items.at(-1)?.push(node);
  }
  return items;
}

/** MySQL's column names know no upper and lower case. */
function nameOf(node: Node | undefined): string {
  return node === undefined || node.kind === "group" ? "" : (nameIn(node) ?? "").toUpperCase();
}

function bareName(table: string): string {
  return table.slice(table.indexOf(".") + 1);
}

function isWord(node: Node | undefined, ...words: readonly string[]): boolean {
  return node?.kind === "word" && words.includes(node.text.toUpperCase());
}
