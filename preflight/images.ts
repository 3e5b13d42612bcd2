/** Is every image there, or to be had? */
import type { Problem } from "../lib/problem.ts";
import { unpinned } from "../lib/image-digests.ts";
import type { Findings } from "./findings.ts";
import type { Wanted, WantedImage } from "./wanted.ts";
import type { ContainerView } from "../clients/docker/containers.ts";
import type { PullView } from "../clients/docker/registry.ts";

/** Images of these names are built here, by `make images`; no registry has them. */
const packagedPrefix = "cdc-packages/";

/**
 * CDC-706: every image that no registry has is there. CDC-709: every other one is there, or to be pulled.
 * @param pulls of the images that are not there and that a registry may have.
 */
export function checkImages(
  wanted: Wanted,
  present: ReadonlySet<string>,
  pulls: ReadonlyMap<string, PullView>,
  containers: readonly ContainerView[],
): Findings {
  const missing = wanted.images.filter(({ reference }) => !present.has(reference));
  // A stack that is there was made of its images: they may have been cleaned away, and it needs no pull.
  const isThere = containers.some(({ stack }) => stack === wanted.stack);
  const found = missing.flatMap((image): { problem: Problem; stops: boolean }[] => {
    if (image.reference.startsWith(packagedPrefix)) return [{ problem: notBuilt(image), stops: true }];
    const pull = pulls.get(image.reference);
    if (pull === undefined || pull.kind === "there") return [];
    return [
      { problem: notPulled(image, pull), stops: pull.kind === "none" || (pull.kind === "unreached" && !isThere) },
    ];
  });
  return {
    problems: found.filter(({ stops }) => stops).map(({ problem }) => problem),
    warnings: found.filter(({ stops }) => !stops).map(({ problem }) => problem),
  };
}

/** Those of the images that a registry is to be asked for. */
export function imagesToPull(wanted: Wanted, present: ReadonlySet<string>): string[] {
  return wanted.images
    .map(({ reference }) => reference)
    .filter((reference) => !present.has(reference) && !reference.startsWith(packagedPrefix));
}

function notBuilt({ reference }: WantedImage): Problem {
  return {
    code: "CDC-706",
    path: `image ${reference}`,
    message:
      "is not on the engine, and no registry has it: it is built from packages (cdc:images or CDC_IMAGES is packages)",
    remedy: "make images; or set cdc:images to official, and unset CDC_IMAGES, where images can be pulled",
  };
}

const whyNot = {
  none: "its registry does not have it",
  unreached: "the engine does not reach its registry",
  unknown: "whether it can be pulled is not known",
};

/** Where an image is given by a reference of one's own. */
const fields = "its field (cdc:mysql.image, cdc:kafka.image, cdc:guard.image or cdc:readSide.image)";

function notPulled({ reference, givenBy }: WantedImage, { kind, why }: Exclude<PullView, { kind: "there" }>): Problem {
  const packages =
    "write cdc:images: packages (and unset CDC_IMAGES, which wins over it), then make images, which builds it here";
  const isPinned = reference !== unpinned(reference);
  // What docker load brings has a tag and no digest.
  const load = isPinned
    ? `bring it with docker load and write ${unpinned(reference)} into ${fields}`
    : "bring it with docker load";
  const bring = `${load}, or let the engine reach the registry (docker pull ${reference} tries it)`;
  const other = isPinned ? "npm run digests, which writes the digests that there are" : "write a version that there is";
  const remedy =
    givenBy === undefined
      ? `${packages}; or ${kind === "none" ? other : bring}`
      : `${kind === "none" ? `correct ${givenBy}` : bring}; or take ${givenBy} out, ${packages}`;
  const message = `is not on the engine, and ${whyNot[kind]}: ${why}`;
  return { code: "CDC-709", path: `image ${reference}`, message, remedy };
}
