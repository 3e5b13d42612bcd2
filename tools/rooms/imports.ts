/** What a module imports and which programs it names, and whether its room may. */
import { posix } from "node:path";
import ts from "typescript";
import { eachNode } from "./nodes.ts";
import type { Room } from "./rules.ts";

export interface Import {
  /** As it is written: `../lib/run.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** Nothing of it is there when the program runs. */
  readonly isTypeOnly: boolean;
  /** Counted from 1. */
  readonly line: number;
}

/** The imports of a module's text: static, dynamic and re-exports. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  eachNode(text, (node, placeOf) => {
    const add = (specifier: ts.Node | undefined, isTypeOnly: boolean) => {
      if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
      found.push({ specifier: specifier.text, isTypeOnly, line: placeOf(specifier).line });
    };
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnlyClause(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
  });
  return found;
}

export interface Named {
  readonly program: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Where a module's text has the name of one of these programs as a whole string: what starts a program is given it so. */
export function programsIn(text: string, names: readonly string[]): Named[] {
  const found: Named[] = [];
  eachNode(text, (node, placeOf) => {
    if (ts.isStringLiteralLike(node) && names.includes(node.text))
      found.push({ program: node.text, line: placeOf(node).line });
  });
  return found;
}

/** Why a file may not name a program; undefined when it may. @param allowed the files and folders that may. */
export function programBreach(file: string, { program }: Named, allowed: Readonly<Record<string, readonly string[]>>) {
  const places = allowed[program] ?? [];
  return places.some((place) => isIn(file, place)) ? undefined : `only ${places.join(", ")} may start it`;
}

function isTypeOnlyClause(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  if (clause.name !== undefined || names === undefined || !ts.isNamedImports(names)) return false;
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

/** The room that a file is in; undefined for one that is in none. */
export function roomOf(file: string, rooms: readonly Room[]): Room | undefined {
  return rooms.find(({ path }) => isIn(file, path));
}

/** Modules of Node with which a program reaches files, other processes or the network. */
const impure = /^node:(fs|child_process|net|tls|dgram|dns|https?|http2|worker_threads|cluster)(\/|$)/;

/**
 * Why a room may not have an import; undefined when it may.
 * @param file the importing file, relative to the checkout.
 */
export function breach(file: string, { specifier, isTypeOnly }: Import, rooms: readonly Room[]): string | undefined {
  const room = roomOf(file, rooms);
  if (room === undefined) return "this file is in no room of tools/rooms/rules.ts";
  if (specifier.startsWith(".")) return ofOurs(posix.join(posix.dirname(file), specifier), room, isTypeOnly, rooms);
  if (specifier.startsWith("node:"))
    return room.pure && impure.test(specifier) ? `${room.path} is pure: no files, no processes, no network` : undefined;
  const name = packageOf(specifier);
  const { packages = [] } = room;
  if (
    isTypeOnly ||
    packages.some((allowed) => allowed === name || (allowed.endsWith("/*") && isIn(name, allowed.slice(0, -2))))
  )
    return undefined;
  return packages.length === 0
    ? `${room.path} imports values of no npm package`
    : `${room.path} imports values of ${packages.join(", ")} alone`;
}

function ofOurs(target: string, room: Room, isTypeOnly: boolean, rooms: readonly Room[]): string | undefined {
  if (isIn(target, room.path) || target === "package.json") return undefined;
  const used = roomOf(target, rooms);
  if (used === undefined) return `${target} is in no room of tools/rooms/rules.ts`;
  const { uses, types = [] } = room;
  if (uses.some((path) => isIn(target, path))) return undefined;
  const asTypes = types.some((path) => isIn(target, path));
  if (asTypes && isTypeOnly) return undefined;
  return asTypes ? `${room.path} imports types alone of ${used.path}` : `${room.path} may not import ${used.path}`;
}

function isIn(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`);
}

/** `@scope/name` of `@scope/name/part`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
