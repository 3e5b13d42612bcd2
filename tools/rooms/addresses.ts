/** Addresses of this machine in the code: the plan makes them in one file, and everybody else takes an endpoint. */
import ts from "typescript";
import { eachNode } from "./nodes.ts";

/** Where such an address may stand, and why. A folder stands for all that is in it. */
const allowed: readonly { readonly path: string; readonly literal?: string; readonly why: string }[] = [
  { path: "plan/endpoints.ts", why: "makes all endpoints" },
  { path: "config/", why: "descriptions of fields, for people" },
  { path: "policy/", why: "judges what others made, and stands alone" },
  { path: "components/mysql-shard.ts", literal: '"localhost"', why: "the host part of a MySQL account's name" },
];

const address = /localhost|127(\.0\.0\.1|\\\.)/i;

/** @returns a line for each literal with an address that may not be there: `FILE:LINE LITERAL: why`. Comments are free. */
export function addressesIn(file: string, text: string): string[] {
  const found: string[] = [];
  eachNode(text, (node, placeOf) => {
    if (!(ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node) || ts.isRegularExpressionLiteral(node))) return;
    const { line, text: literal } = placeOf(node);
    if (address.test(literal) && !isAllowed(file, literal))
      found.push(`${file}:${line} ${literal}: addresses are made in plan/endpoints.ts; take an endpoint of the plan`);
  });
  return found;
}

function isAllowed(file: string, literal: string): boolean {
  return allowed.some((one) => file.startsWith(one.path) && (one.literal ?? literal) === literal);
}
