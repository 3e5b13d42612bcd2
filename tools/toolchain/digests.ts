/**
 * Writes lib/image-digests.json: asks the registries which digests the tags have by now. `npm run digests`; with `--check` it
 * writes nothing and says which differ.
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { lookForPull, type PullView } from "../../clients/docker/registry.ts";
import { officialImages } from "../../config/images.ts";
import { imageDigestsFile, unpinned, type ImageDigests } from "../../lib/image-digests.ts";
import { mavenImage } from "../../lib/versions.ts";

/** All images that are taken from registries by a tag of ours. Debezium's own is not among them: its plugin has a checksum. */
export const pinnedReferences: readonly string[] = [
  ...Object.values(officialImages).map(unpinned),
  mavenImage,
].toSorted();

export interface DigestsFound {
  /** What the file is to be: what could not be asked for stays as it was. */
  readonly digests: ImageDigests;
  /** A line for each image whose digest differs from the file's, or could not be asked for. */
  readonly lines: readonly string[];
  /** Whether every registry has answered. */
  readonly isComplete: boolean;
}

/**
 * Compares what the file has with what the registries have.
 * @param references `NAME:TAG` each.
 */
export async function findDigests(
  references: readonly string[],
  known: ImageDigests,
  look: (reference: string) => Promise<PullView> = lookForPull,
): Promise<DigestsFound> {
  const found = await Promise.all(
    references.map(async (reference) => {
      const before = known[reference] ?? null;
      const view = await look(reference);
      if (view.kind !== "there" || view.digest === undefined) {
        const why = view.kind === "there" ? "the registry tells it only to who is logged in" : view.why;
        return { reference, digest: before, line: `${reference}: not asked for (${why}); it stays ${shown(before)}` };
      }
      const line = view.digest === before ? "" : `${reference}: ${shown(before)} → ${view.digest}`;
      return { reference, digest: view.digest, line, isAnswered: true };
    }),
  );
  const gone = Object.keys(known).filter((reference) => !references.includes(reference));
  return {
    digests: Object.fromEntries(found.map(({ reference, digest }) => [reference, digest])),
    lines: [
      ...found.flatMap(({ line }) => (line === "" ? [] : [line])),
      ...gone.map((reference) => `${reference}: not used any more`),
    ],
    isComplete: found.every(({ isAnswered }) => isAnswered === true),
  };
}

function shown(digest: string | null): string {
  return digest ?? "by its tag alone";
}

/**
 * The command.
 * @param options.isCheck whether nothing is written.
 * @returns its exit code: 1 when something differs in a check, or could not be asked for.
 */
export async function digests(options: {
  readonly isCheck: boolean;
  readonly references: readonly string[];
  readonly file: string;
  readonly log: (line: string) => void;
}): Promise<number> {
  const { isCheck, references, file, log } = options;
  const known = JSON.parse(readFileSync(file, "utf8")) as ImageDigests;
  const found = await findDigests(references, known);
  for (const line of found.lines) log(line);
  if (isCheck) {
    if (found.lines.length === 0) log("every digest is the one that its registry has");
    return found.lines.length === 0 ? 0 : 1;
  }
  await writeFile(file, `${JSON.stringify(found.digests, undefined, 2)}\n`);
  log(`wrote ${file}`);
  return found.isComplete ? 0 : 1;
}

if (import.meta.main) {
  process.exitCode = await digests({
    isCheck: process.argv.includes("--check"),
    references: pinnedReferences,
    file: imageDigestsFile,
    log: (line) => {
      console.log(line);
    },
  });
}
