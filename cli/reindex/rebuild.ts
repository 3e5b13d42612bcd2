/**
 * One table's index built anew beside the serving one, which readers and the pipeline's own sink go on using until the
 * alias is switched, in one request.
 */
import type { Client } from "@opensearch-project/opensearch";
import { UserError, messageOf } from "../../lib/run.ts";
import { createNextIndex, numberedIndices, putTemplate, servingIndex } from "../../clients/opensearch/indices.ts";
import type { IndexMapping } from "../../clients/opensearch/mapping.ts";
import { claim, requireUnclaimed } from "./claim.ts";
import { countBoth, type Counts } from "./counts.ts";
import type { Filler } from "./filler.ts";
import { indexAgain, type Origin } from "../../plan/row-origin.ts";
import type { Rejected } from "./rejected.ts";

/** What is rebuilt, and by what. */
export interface RebuildParts {
  readonly table: string;
  readonly alias: string;
  readonly from: Origin;
  readonly refreshIntervalMs: number;
  readonly engine: Client;
  readonly filler: Pick<Filler, "connector" | "start" | "catchUp" | "rejected" | "keepRejected" | "remove">;
  /** The mapping that the table's columns ask for today. */
  readonly mapping: () => Promise<IndexMapping>;
}

export interface RebuildOptions {
  /** Whether an index with fewer documents than the serving one may take its place. */
  readonly force: boolean;
  /** Whether an index that lacks what it could not take may do so. */
  readonly acceptRejected: boolean;
  /** Given a line for each step. */
  readonly say: (line: string) => void;
  readonly isInterrupted: () => boolean;
}

export interface Rebuilt {
  readonly table: string;
  readonly alias: string;
  readonly from: Origin;
  /** The index that serves now, and the one that did and was dropped. */
  readonly index: string;
  readonly inPlaceOf: string;
  /** Documents of both, shortly before the switch. */
  readonly documents: Counts;
  /** What the new index could not take; it waits in the dead letter topic. */
  readonly rejected: Rejected;
  readonly seconds: number;
}

/** Longer than a sink takes to commit (5 s); not for ever, should this process be killed meanwhile. */
const heldMs = 30_000;

/**
 * Rebuilds an index; what an earlier rebuild has left is removed first.
 * @throws UserError when it cannot be done, or was interrupted: the old index serves as before, and nothing is left of the
 * new one. When something fails after the switch the new index serves, and the error tells what is left to do.
 */
export async function rebuild(parts: RebuildParts, options: RebuildOptions): Promise<Rebuilt> {
  const began = performance.now();
  const { table, alias, from, filler } = parts;
  const { say, isInterrupted } = options;
  const old = await removeLeftovers(parts);
  let next: string;
  let documents: Counts;
  try {
    next = await createNext(parts);
    say(`${table}: ${next} is built beside ${old}, from ${from === "topics" ? "the topics" : "a snapshot"}`);
    await filler.start(next, isInterrupted);
    await filler.catchUp(isInterrupted);
    requireGoOn(parts, options);
    await requireTaken(parts, options);
    documents = await compare(parts, options, { serving: old, next });
    await switchOver(parts, options, old, next);
  } catch (error) {
    say(`${table}: ${old} goes on serving; what was begun is removed`);
    await removeAfter(error, parts);
    throw isInterrupted() ? interrupted(parts) : error;
  }
  say(`${table}: ${alias} stands for ${next} now`);
  const rejected = await finish(parts, old, next);
  const seconds = (performance.now() - began) / 1000;
  return { table, alias, from, index: next, inPlaceOf: old, documents, rejected, seconds };
}

async function requireServing({ engine, alias, table, from }: RebuildParts): Promise<string> {
  const serving = await servingIndex(engine, alias);
  if (serving !== undefined) return serving;
  throw new UserError(
    `${table}: there is no index behind ${alias} that could serve meanwhile`,
    indexAgain([{ table, rows: from }]),
  );
}

/**
 * Removes connector, group, topic and indices of a rebuild that did not come to its end, this one's or an earlier one's.
 * @returns the index that serves.
 */
async function removeLeftovers(parts: RebuildParts): Promise<string> {
  const { engine, alias, filler, refreshIntervalMs } = parts;
  const serving = await requireServing(parts);
  const others = (await numberedIndices(engine, alias)).filter((index) => index !== serving);
  await requireUnclaimed(engine, alias, others);
  await setRefreshInterval(engine, serving, refreshIntervalMs);
  // The sink goes first: one that still writes would make a dropped index anew.
  await filler.remove(serving);
  for (const index of others) await engine.indices.delete({ index });
  return serving;
}

async function createNext({ engine, alias, refreshIntervalMs, mapping }: RebuildParts): Promise<string> {
  await putTemplate(engine, { alias, mapping: await mapping(), refreshIntervalMs });
  const next = await createNextIndex(engine, alias, { serving: false });
  await claim(engine, next);
  return next;
}

/** @throws UserError when the new index lacks something that it was given, unless that was accepted. */
async function requireTaken({ table, filler, from }: RebuildParts, { acceptRejected }: RebuildOptions): Promise<void> {
  const { count, examples } = await filler.rejected();
  if (count === 0 || acceptRejected) return;
  throw new UserError(
    `${table}: the new index could not take ${count} record${count === 1 ? "" : "s"}:\n${examples.map((example) => `    ${example}`).join("\n")}`,
    `mend the cause, then cdc reindex again${from === "topics" ? " (--from snapshot reads the rows themselves)" : ""}; ` +
      "with --accept-rejected it is put in place without them, and they wait as dead letters (cdc dlq list)",
  );
}

/** Rows that were read a moment ago are right, however many; of topics nobody knows what has gone from them. */
async function compare(
  parts: RebuildParts,
  options: RebuildOptions,
  { serving, next }: { serving: string; next: string },
): Promise<Counts> {
  const counts = await countBoth(parts.engine, { serving, next }, options.isInterrupted);
  requireGoOn(parts, options);
  if (counts.next >= counts.serving || parts.from === "snapshot" || options.force) return counts;
  throw new UserError(
    `${parts.table}: the new index has ${counts.next} documents, the serving one ${counts.serving}`,
    "cdc reindex --from snapshot reads the rows themselves; cdc reconcile tells what is right; --force switches all the same",
  );
}

/**
 * The old index is held as searches see it until the new one has all of that, so that no reader meets an older state after
 * the switch than before. The switch is one request: there is no moment without an index behind the alias.
 */
async function switchOver(parts: RebuildParts, options: RebuildOptions, old: string, next: string): Promise<void> {
  const { engine, alias, filler } = parts;
  await setRefreshInterval(engine, old, heldMs);
  await filler.catchUp(options.isInterrupted);
  requireGoOn(parts, options);
  await requireTaken(parts, options);
  // Before the switch: whatever happens after it, what the serving index lacks is reported.
  await filler.keepRejected();
  await engine.indices.refresh({ index: next });
  const actions = [
    // With an alias that somebody else has moved meanwhile, the request fails as a whole.
    { remove: { index: old, alias, must_exist: true } },
    { add: { index: next, alias } },
  ];
  try {
    await engine.indices.updateAliases({ body: { actions } });
  } catch (error) {
    // An answer may get lost, and the switch be made all the same.
    if ((await servingIndex(engine, alias)) !== next) throw error;
  }
}

/**
 * Changes that the own sink wrote to the old index until the switch reach the new one through the filler; both may go when
 * it has passed them. Nothing of this is undone: the new index serves.
 */
async function finish({ engine, filler, table }: RebuildParts, old: string, next: string): Promise<Rejected> {
  try {
    await filler.catchUp(() => false);
    await filler.keepRejected();
    const rejected = await filler.rejected();
    await filler.remove();
    await engine.indices.delete({ index: old });
    return rejected;
  } catch (error) {
    throw new UserError(
      `${table}: ${next} serves, but the last step failed: ${messageOf(error)}`,
      `cdc reconcile tells whether it is whole; cdc reindex again removes what is left of ${filler.connector} and ${old}`,
      { cause: error },
    );
  }
}

/** @throws UserError with both reasons when that fails too. */
async function removeAfter(error: unknown, parts: RebuildParts): Promise<void> {
  try {
    await removeLeftovers(parts);
  } catch (again) {
    throw new UserError(
      `${messageOf(error)}; and what was begun could not be removed: ${messageOf(again)}`,
      "cdc reindex removes it the next time",
      { cause: error },
    );
  }
}

function requireGoOn(parts: RebuildParts, { isInterrupted }: RebuildOptions): void {
  if (isInterrupted()) throw interrupted(parts);
}

function interrupted({ table }: RebuildParts): UserError {
  return new UserError(`${table}: interrupted`, "cdc reindex again: it starts from the beginning");
}

async function setRefreshInterval(engine: Client, index: string, ms: number): Promise<void> {
  await engine.indices.putSettings({ index, body: { index: { refresh_interval: `${ms}ms` } } });
}
