/** Which container images: the official ones where they are or can be pulled, else ones built from packages. */
import { lookForImages, pull } from "../../clients/docker/image.ts";
import { officialImages, usualImages, type ImageKind } from "../../config/images.ts";
import { packagedImage } from "../../config/packaged-images.ts";
import { buildPackagedImages } from "./images.ts";
import type { Log } from "./log.ts";
import { UserError } from "../../lib/run.ts";
import type { PipelinePlan } from "../../plan/types.ts";

export const imageKinds = ["official", "packages"] as const;
export type Images = (typeof imageKinds)[number];

/** The images that a stack needs; without one, those of most stacks. */
export function neededImages(plan: PipelinePlan | undefined): ImageKind[] {
  const { monitoring } = plan ?? {};
  return [
    ...usualImages,
    ...(monitoring === undefined ? [] : (["prometheus"] as const)),
    ...(monitoring?.alertmanager === undefined ? [] : (["alertmanager"] as const)),
  ];
}

/** What has been said about images so far, the strongest first. */
export interface ImagesWishes {
  /** CDC_IMAGES in the environment. */
  environment: string | undefined;
  /** `cdc:images` in the stack's configuration. */
  configuration: string | undefined;
  /** What an earlier run chose in this checkout. */
  remembered: string | undefined;
}

export interface ImagesChoice {
  /** Undefined when nothing was said and it has to be tried. */
  images: Images | undefined;
  source: string;
}

/**
 * The strongest wish.
 * @throws {UserError} for a value that is no kind of images.
 */
export function chooseImages(wishes: ImagesWishes): ImagesChoice {
  const named: [string | undefined, string][] = [
    [wishes.environment, "CDC_IMAGES in the environment"],
    [wishes.configuration, "cdc:images in the stack's configuration"],
    [wishes.remembered, "as before"],
  ];
  for (const [value, source] of named) {
    if (value === undefined || value === "") continue;
    if (value !== "official" && value !== "packages") {
      throw new UserError(`${source} is "${value}"`, `set it to one of: ${imageKinds.join(", ")}`);
    }
    return { images: value, source };
  }
  return { images: undefined, source: "" };
}

/**
 * Decides once and makes sure that the images are there.
 * @param kinds those that are needed.
 * @throws {UserError} when images cannot be built.
 */
export async function ensureImages(log: Log, wishes: ImagesWishes, kinds: readonly ImageKind[]): Promise<Images> {
  const { images, source } = chooseImages(wishes);
  const chosen =
    images ??
    (await canHave(
      log,
      kinds.map((kind) => officialImages[kind]),
    ));
  log(`images: ${chosen}${source && source !== "as before" ? ` (${source})` : ""}`);
  if (chosen === "packages" && !(await allPresent(kinds.map((kind) => packagedImage(kind))))) {
    await buildPackagedImages({ log: (line) => log(`images: ${line}`), kinds });
  }
  return chosen;
}

async function canHave(log: Log, official: readonly string[]): Promise<Images> {
  for (const image of official) {
    if (await allPresent([image])) continue;
    const failure = await log.during(`images: pulling ${image}`, () => pull(image));
    if (failure === undefined) continue;
    log(`images: ${image} cannot be pulled (${failure}), so they are built from packages`);
    return "packages";
  }
  return "official";
}

async function allPresent(images: readonly string[]): Promise<boolean> {
  return (await lookForImages(images)).size === images.length;
}
