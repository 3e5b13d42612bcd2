/** Configurations for tests, and an arbitrary of valid topologies for properties. */
import { ProblemError, type Problem } from "../../lib/problem.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { readInput } from "../../config/input.ts";
import { readKeystore } from "../../config/client-certificate.ts";
import { planPipeline } from "../../plan/pipeline.ts";
import type { PipelinePlan } from "../../plan/types.ts";

const root = join(import.meta.dirname, "..", "..");

interface CatalogueEntry {
  readonly type?: string;
  readonly description: string;
  readonly default?: unknown;
}

/** Pulumi.yaml's `config:` block. */
export function catalogue(): Record<string, CatalogueEntry> {
  const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { config: Record<string, CatalogueEntry> };
  return project.config;
}

/** The configuration that the engine would hand over for a stack file: its values over the catalogue's defaults. */
export function stackConfig(stack: string): Record<string, unknown> {
  const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> };
  const own = Object.entries(file.config).map(([key, value]) => [key.replace(/^cdc:/, ""), value]);
  const defaults = Object.entries(catalogue()).flatMap(([key, entry]) =>
    entry.default === undefined ? [] : [[key, entry.default]],
  );
  return Object.fromEntries([...defaults, ...own]) as Record<string, unknown>;
}

/** Raw values of the dev stack with one shard, and some fields set otherwise. */
export function rawWith(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...stackConfig("dev"), shards: [{ name: "shard0", port: 3308 }], ...fields };
}

/** The plan of `rawWith`. */
export function planWith(fields: Readonly<Record<string, unknown>>, stack = "cdc-test"): PipelinePlan {
  return planFrom(rawWith(fields), stack);
}

/** What is wrong with `rawWith`; nothing, where a plan can be made of it. */
export function problemsOf(fields: Readonly<Record<string, unknown>>): readonly Problem[] {
  try {
    const input = readInput(rawWith(fields), "cdc-test");
    planPipeline(input);
    const tls = input.config.kafka.existing?.tls;
    // Of a key that is a secret nothing is known here.
    if (typeof tls === "object" && tls.keyFile !== undefined) readKeystore(input.config, undefined);
  } catch (error) {
    if (error instanceof ProblemError) return error.problems;
    throw error;
  }
  return [];
}

/** The plan of a committed stack file. */
export function planOf(stack: string): PipelinePlan {
  return planFrom(stackConfig(stack), `cdc-${stack}`);
}

export interface RawShard {
  readonly name: string;
  readonly port: number;
}

/** One to eight shards that do not clash: names and ports differ, all else is derived from them. */
export const shardLists: fc.Arbitrary<RawShard[]> = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,14}[a-z0-9]$/),
    // Below 4000, so that no derived server id (port + 1693) is another shard's server-id (its port).
    port: fc.integer({ min: 3000, max: 3999 }),
  }),
  {
    minLength: 1,
    maxLength: 8,
    comparator: (a, b) => a.name === b.name || a.port === b.port,
  },
);

/** Plans a pipeline from raw values, as the program does. */
export function planFrom(raw: Readonly<Record<string, unknown>>, stack: string): PipelinePlan {
  return planPipeline(readInput(raw, stack));
}
