/** Connections in the code: clients/ opens them, and everybody else asks a client. */
import ts from "typescript";
import { eachNode } from "./nodes.ts";

const allowed = "clients/";

/** Node's modules for the network. */
const network = /^(node:)?(net|tls|https?|http2|dgram)$/;
/** What of them only listens, or only reads an address. */
const harmless = ["createServer", "isIP", "isIPv4", "isIPv6"];
/** What connects without any import. */
const globals = ["fetch", "WebSocket", "EventSource"];

/**
 * @returns a line for each place that opens a connection, or imports what does: `FILE:LINE TEXT: why`. Packages that connect are
 * held to their rooms by the list of these (rules.ts).
 */
export function connectionsIn(file: string, text: string): string[] {
  if (file.startsWith(allowed)) return [];
  const found: string[] = [];
  eachNode(text, (node, placeOf) => {
    if (!connects(node)) return;
    const { line, text: shown } = placeOf(node);
    found.push(`${file}:${line} ${shown.split("\n")[0]}: connections are opened in clients/; ask a client`);
  });
  return found;
}

function connects(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return isNetwork(node.moduleSpecifier) && !isHarmless(node.importClause);
  if (ts.isExportDeclaration(node)) return isNetwork(node.moduleSpecifier) && !node.isTypeOnly;
  if (ts.isNewExpression(node)) return isGlobal(node.expression);
  if (!ts.isCallExpression(node)) return false;
  return node.expression.kind === ts.SyntaxKind.ImportKeyword
    ? isNetwork(node.arguments[0])
    : isGlobal(node.expression);
}

function isNetwork(specifier: ts.Node | undefined): boolean {
  return specifier !== undefined && ts.isStringLiteralLike(specifier) && network.test(specifier.text);
}

function isHarmless(clause: ts.ImportClause | undefined): boolean {
  if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause?.namedBindings;
  if (clause?.name !== undefined || names === undefined || !ts.isNamedImports(names)) return false;
  return names.elements.every(
    ({ isTypeOnly, name, propertyName }) => isTypeOnly || harmless.includes((propertyName ?? name).text),
  );
}

/** `fetch`, or `globalThis.fetch`. */
function isGlobal(called: ts.Expression): boolean {
  if (ts.isIdentifier(called)) return globals.includes(called.text);
  return (
    ts.isPropertyAccessExpression(called) &&
    ts.isIdentifier(called.expression) &&
    called.expression.text === "globalThis" &&
    globals.includes(called.name.text)
  );
}
