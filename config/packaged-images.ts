import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkoutFolder } from "../lib/checkout.ts";

/** The images that are built from packages where none can be pulled. */
export type PackagedImage = "base" | "java" | "mysql" | "kafka" | "node" | "opensearch" | "prometheus" | "alertmanager";

interface ImageRecipe {
  /** First part of the tag: the version line of what the image is for. */
  version: string;
  /** The image that its Dockerfile starts from; none for the root of all. */
  parent?: PackagedImage;
}

/** The folder of the recipes: each image's files are in the one of its name. */
export const imageRecipes = join(checkoutFolder, "tools", "images");

/** The images, by the names of their folders. */
export const packagedImages: Record<PackagedImage, ImageRecipe> = {
  base: { version: "sid" },
  java: { version: "21", parent: "base" },
  mysql: { version: "9.7", parent: "base" },
  kafka: { version: "4.3.1", parent: "java" },
  node: { version: "24.21.0", parent: "base" },
  opensearch: { version: "3.4.0", parent: "java" },
  prometheus: { version: "3", parent: "base" },
  alertmanager: { version: "0", parent: "base" },
};

/**
 * The full reference, `cdc-packages/KIND:VERSION-HASH`, of an image that is built from packages.
 *
 * HASH is 12 hex digits over everything that the image is built from: names, bytes and executable bits of its files
 * and of the files of the images under it. So an image is built anew when, and only when, its inputs change; times,
 * owners and umask of a checkout do not matter. Reads files only, asks no container engine.
 *
 * @param imagesDir the folder of the recipes; only tests give another than this one
 */
export function packagedImage(kind: PackagedImage, imagesDir: string = imageRecipes): string {
  return `cdc-packages/${kind}:${packagedImages[kind].version}-${contentHash(kind, imagesDir).slice(0, 12)}`;
}

function contentHash(kind: PackagedImage, imagesDir: string): string {
  const { version, parent } = packagedImages[kind];
  const hash = createHash("sha256");
  hash.update(JSON.stringify([kind, version, parent ? contentHash(parent, imagesDir) : ""]));
  for (const path of filesUnder(join(imagesDir, kind))) {
    const file = join(imagesDir, kind, path);
    const bytes = readFileSync(file);
    // The length keeps apart what would otherwise run together: the end of one file, the name of the next.
    hash.update(JSON.stringify([path, isExecutable(file), bytes.length])).update(bytes);
  }
  return hash.digest("hex");
}

/** Paths of all files in a folder, relative to it, with `/`, in the same order everywhere. */
function filesUnder(folder: string, prefix = ""): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${prefix}${entry.name}`;
      return entry.isDirectory() ? filesUnder(folder, `${path}/`) : [path];
    })
    .sort();
}

/** The one part of a file's mode that git keeps. */
export function isExecutable(file: string): boolean {
  return (statSync(file).mode & 0o100) !== 0;
}
