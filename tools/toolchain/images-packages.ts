/**
 * The Debian packages of the images that are built here: which versions are meant to go in, and which did. apt takes those of
 * `packages.lock` as long as the archive has them. Debian sid keeps one version of each, so on another day others go in: that is
 * told, and stops nothing. `npm run packages` writes what is in the images here.
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { docker } from "../../clients/docker/client.ts";
import { imageIdOf } from "../../clients/docker/image.ts";
import { imageRecipes, packagedImage, packagedImages, type PackagedImage } from "../../config/packaged-images.ts";
import { UserError } from "../../lib/run.ts";

/** Those into which Debian packages go; the others add jars and programs of their own, which have checksums. */
export const debianKinds = ["base", "java", "mysql", "prometheus", "alertmanager"] as const satisfies PackagedImage[];
export type DebianKind = (typeof debianKinds)[number];

/** Label of an image: all its packages, as lines of `packages.lock` with spaces between them. */
export const packagesLabel = "cdc.packages";

/** Versions by package. */
export type Packages = ReadonlyMap<string, string>;

/** For dpkg-query: a line of `packages.lock` for each package. */
export const packageFormat = "${Package}=${Version}\\n";

export function isDebian(kind: PackagedImage): kind is DebianKind {
  return (debianKinds as readonly PackagedImage[]).includes(kind);
}

/** @param text lines of `NAME=VERSION`. */
export function parsePackages(text: string): Packages {
  const lines = text.split(/\s+/).filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const));
}

function asLines(packages: Packages): string[] {
  return [...packages].map(([name, version]) => `${name}=${version}`).toSorted();
}

/** What an image's lock and those of the images under it name. */
export function lockedPackages(kind: DebianKind, recipes = imageRecipes): Packages {
  const { parent } = packagedImages[kind];
  const own = parsePackages(readFileSync(join(recipes, kind, "packages.lock"), "utf8"));
  return new Map([...(parent !== undefined && isDebian(parent) ? lockedPackages(parent, recipes) : []), ...own]);
}

/** A text for each package that is another than the locked one. */
export function packageDifferences(locked: Packages, found: Packages): string[] {
  const names = [...new Set([...locked.keys(), ...found.keys()])].toSorted();
  return names.flatMap((name) => {
    const [wanted, got] = [locked.get(name), found.get(name)];
    return wanted === got ? [] : [`${name} ${wanted ?? "(none)"} → ${got ?? "(none)"}`];
  });
}

/** How many differences a line names. */
const shownDifferences = 4;

/** In a line; undefined when all are as locked. */
export function packageWarning(kind: DebianKind, found: Packages): string | undefined {
  const differences = packageDifferences(lockedPackages(kind), found);
  if (differences.length === 0) return undefined;
  const more = differences.length > shownDifferences ? ", …" : "";
  return (
    `${differences.length} of ${found.size} Debian packages of ${kind} are not those of packages.lock, as the archive has others by now: ` +
    `${differences.slice(0, shownDifferences).join(", ")}${more}; \`npm run packages\` writes those that went in`
  );
}

/** For `docker build --label`. */
export function packagesLabelOf(found: Packages): string {
  return `${packagesLabel}=${asLines(found).join(" ")}`;
}

/** The packages in an image, which gets them as a label, too, for `docker image inspect`. */
export async function labelPackages(image: string): Promise<Packages> {
  const query = [
    "run",
    "--rm",
    "--network=none",
    "--entrypoint=dpkg-query",
    image,
    "--show",
    `--showformat=${packageFormat}`,
  ];
  const found = parsePackages(await docker(query));
  await docker(["build", "--label", packagesLabelOf(found), "--tag", image, "-"], {
    input: `FROM ${image}\n`,
    env: { DOCKER_BUILDKIT: "0" },
  });
  return found;
}

/**
 * Writes the locks from the images that are here.
 * @returns a line for each lock that is another now.
 * @throws UserError when an image is not here, or does not tell.
 */
export async function writeLocks(recipes = imageRecipes): Promise<string[]> {
  const images = await Promise.all(debianKinds.map(async (kind) => [kind, await labelledPackages(kind)] as const));
  const of = new Map<PackagedImage, Packages>(images);
  const lines: string[] = [];
  for (const [kind, found] of images) {
    const { parent } = packagedImages[kind];
    const under = parent === undefined ? undefined : of.get(parent);
    const own = new Map([...found].filter(([name, version]) => under?.get(name) !== version));
    const file = join(recipes, kind, "packages.lock");
    const text = `${asLines(own).join("\n")}\n`;
    if (readFileSync(file, "utf8") === text) continue;
    await writeFile(file, text);
    lines.push(`wrote ${file}`);
  }
  return lines;
}

async function labelledPackages(kind: DebianKind): Promise<Packages> {
  const image = packagedImage(kind);
  const label =
    (await imageIdOf(image)) === undefined
      ? ""
      : await docker(["image", "inspect", "--format", `{{index .Config.Labels "${packagesLabel}"}}`, image]);
  const found = parsePackages(label);
  if (found.size === 0)
    throw new UserError(`${image} is not here, or does not tell its packages`, "make images, then run it again");
  return found;
}

if (import.meta.main) {
  try {
    const lines = await writeLocks();
    for (const line of lines) console.log(line);
    console.log(lines.length === 0 ? "every lock is as it was" : "make images builds with them");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`error: ${error.message}\n  what to do: ${error.remedy}`);
    process.exitCode = 1;
  }
}
