/** Holds every module of the checkout to the list of rooms, addresses to the plan, and connections to the clients; a part of `npm run lint`. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutFolder } from "../../lib/checkout.ts";
import { addressesIn } from "./addresses.ts";
import { connectionsIn } from "./connections.ts";
import { breach, importsOf, programBreach, programsIn } from "./imports.ts";
import { programs, rooms } from "./rules.ts";

/** Not ours, or no part of the house: tests may import everything, the compose file of a peer has code of its own. */
const left =
  /^(node_modules|\.cdc|test|tools\/toolchain\/go)\/|^vitest\.config\.ts$|^apps\/(search-page|guard\/page)\/public\//;

/** A line for each import that breaks a rule, `FILE:LINE imports SPECIFIER: why`, each program and each address that is not to be named, and each connection. */
export function findBreaches(folder: string): string[] {
  return globSync("**/*.{ts,js,mjs,cjs}", { cwd: folder, exclude: (path) => left.test(`${path}/`) })
    .filter((file) => !left.test(file))
    .toSorted()
    .flatMap((file) => breachesIn(file, readFileSync(join(folder, file), "utf8")));
}

/** Those of one file. */
export function breachesIn(file: string, text: string): string[] {
  const imports = importsOf(text).flatMap((one) => {
    const why = breach(file, one, rooms);
    return why === undefined ? [] : [`${file}:${one.line} imports ${one.specifier}: ${why}`];
  });
  const named = programsIn(text, Object.keys(programs)).flatMap((one) => {
    const why = programBreach(file, one, programs);
    return why === undefined ? [] : [`${file}:${one.line} names the program ${one.program}: ${why}`];
  });
  // The rule itself has to name what it looks for.
  const addresses = file.startsWith("tools/rooms/") ? [] : addressesIn(file, text);
  return [...imports, ...named, ...addresses, ...connectionsIn(file, text)];
}

if (import.meta.main) {
  const found = findBreaches(checkoutFolder);
  for (const line of found) console.error(line);
  if (found.length > 0) {
    console.error(`\n${found.length} lines break the rules of tools/rooms/; move the code, or the rule with a reason`);
    process.exitCode = 1;
  }
}
