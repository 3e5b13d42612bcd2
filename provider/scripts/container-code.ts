/** The code of a container that runs a program of this checkout: which files and npm packages it is made of. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, posix } from "node:path";
import { checkoutFolder } from "../../lib/checkout.ts";

/** What the guard's container runs. */
export const guardEntry = "apps/guard/main.ts";

/** What it runs where it serves metrics. A program of its own: without them no package for them is brought. */
export const monitoredGuardEntry = "apps/guard/monitored.ts";

/** What the search page's container runs. */
export const searchPageEntry = "apps/search-page/main.ts";

export interface ContainerCode {
  /** Files, and folders of npm packages, relative to the checkout: what goes into the container's volume. */
  readonly paths: readonly string[];
  /** 12 hex digits over the files' bytes and the packages' checksums: another one is another volume. */
  readonly hash: string;
}

/** A package as package-lock.json has it, by its folder. */
type Locked = Readonly<
  Record<string, { readonly version?: string; readonly integrity?: string; readonly dependencies?: object }>
>;

/**
 * Follows the imports of a program through the checkout, and those of packages through package-lock.json; a package whose
 * place it asks for (`import.meta.resolve`) is brought too. A folder `public` beside any of its files is a part of it.
 * Packages that are optional to others are left out: they are native, for the machine that `npm ci` ran on.
 * @param entry the program, relative to the checkout: `apps/guard/main.ts`.
 * @param root the checkout; only tests give another than this one.
 * @throws Error when a file or a package that is imported is missing.
 */
export function codeOf(entry: string, root: string = checkoutFolder): ContainerCode {
  const files = new Set<string>();
  const folders = new Set<string>();
  const hash = createHash("sha256");
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { packages: Locked };

  // Says that the files are modules.
  addFile("package.json");
  addFile(entry);
  for (const folder of new Set([...files].map((file) => posix.dirname(file)))) addFolder(posix.join(folder, "public"));
  return { paths: [...files, ...folders], hash: hash.digest("hex").slice(0, 12) };

  function addFile(file: string): void {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(join(root, file), "utf8");
    hash.update(JSON.stringify([file, text]));
    if (!file.endsWith(".ts")) return;
    for (const imported of importsOf(text)) {
      if (imported.startsWith(".")) addFile(posix.join(posix.dirname(file), imported));
      else if (!isBuiltin(imported)) addPackage(packageOf(imported), "");
    }
  }

  function addFolder(folder: string): void {
    if (!existsSync(join(root, folder))) return;
    for (const file of readdirSync(join(root, folder)).toSorted()) addFile(posix.join(folder, file));
  }

  /** @param from folder of the package that needs it; empty for the checkout. */
  function addPackage(name: string, from: string): void {
    const folder = folderOf(name, from, packages);
    if (folders.has(folder)) return;
    folders.add(folder);
    const { version, integrity, dependencies } = packages[folder] ?? {};
    hash.update(JSON.stringify([folder, version, integrity]));
    for (const dependency of Object.keys(dependencies ?? {})) addPackage(dependency, folder);
  }
}

/** What the text of a module imports; types are none of it, as Node takes them out. */
function importsOf(text: string): string[] {
  const statement = /^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
  const place = /\bimport\.meta\.resolve\("([^"]+)"\)/g;
  return [statement, place].flatMap((form) => [...text.matchAll(form)].flatMap(([, imported]) => imported ?? []));
}

/** `@scope/name` of `@scope/name/part`. */
function packageOf(imported: string): string {
  return imported
    .split("/")
    .slice(0, imported.startsWith("@") ? 2 : 1)
    .join("/");
}

/** As Node looks a package up: in the folder of who needs it, then in those above. */
function folderOf(name: string, from: string, packages: Locked): string {
  const folder = posix.join(from, "node_modules", name);
  if (packages[folder] !== undefined) return folder;
  if (from === "") throw new Error(`package-lock.json has no ${name}, which a container needs`);
  return folderOf(name, from.slice(0, Math.max(0, from.lastIndexOf("node_modules/") - 1)), packages);
}
