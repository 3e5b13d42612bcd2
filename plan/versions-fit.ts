/** Whether the configured versions fit together, and whether the wished source of images has them. */
import type { PipelineConfig } from "../config/schema.ts";
import { checkSideBySide, checkVersions, type VersionCheck } from "./compatibility.ts";
import { isFirst, type Problem } from "../lib/problem.ts";
import { debeziumReleases } from "./releases.ts";
import { filterWarnings } from "./rest-filter.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import { kafkaVersion, mysqlVersion } from "../lib/versions.ts";

/** Java of apache/kafka since 4.0, and of the image built from packages. */
const imageJava = 21;

/** The Debezium releases that the shards' connectors are of, each once, from old to new: their order does not depend on the shards'. */
export function debeziumVersions(shards: readonly ResolvedShard[]): string[] {
  const age = (version: string) => debeziumReleases.findIndex((release) => release.version === version);
  return [...new Set(shards.map(({ debeziumVersion }) => debeziumVersion))].toSorted((a, b) => age(a) - age(b));
}

/**
 * Judges the versions of a configuration: every release of Debezium that is used, with what all shards share.
 * @param releases each once.
 */
export function judgeVersions(config: PipelineConfig, releases: readonly string[]): VersionCheck {
  const { mysql, kafka, images } = config;
  const used = releases.map((debezium) => ({
    kafka: kafka.version,
    debezium,
    debeziumPath: pathOf(debezium, config),
    mysql: mysql.version,
    ...(kafka.image === undefined ? { java: imageJava } : {}),
  }));
  const checks = used.map(checkVersions);
  const others = used.length === 1 ? [] : used.filter(({ debeziumPath }) => debeziumPath !== sharedPath);
  const packaged =
    images === "official"
      ? []
      : [...packagedOnly("cdc:mysql", mysql, mysqlVersion), ...packagedOnly("cdc:kafka", kafka, kafkaVersion)];
  return {
    problems: [
      ...checks.flatMap(({ problems }) => problems).filter(isFirst),
      ...others.flatMap(checkSideBySide).slice(0, 1),
      ...packaged,
    ],
    warnings: [...checks.flatMap(({ warnings }) => warnings).filter(isFirst), ...filterWarnings(config)],
  };
}

const sharedPath = "cdc:connectors.debeziumVersion";

/** Where a release is written: for all shards, or in the first entry that names it. */
function pathOf(version: string, { connectors, shards }: PipelineConfig): string {
  const index = shards.findIndex((shard) => shard.debeziumVersion === version);
  const isShared =
    connectors.debeziumVersion === version && shards.some((shard) => shard.debeziumVersion === undefined);
  return isShared ? sharedPath : `cdc:shards[${index}].debeziumVersion`;
}

/** Images built from packages are of one version each. */
function packagedOnly(
  path: string,
  wanted: { readonly version: string; readonly image?: string | undefined },
  packaged: string,
): Problem[] {
  if (wanted.image !== undefined || wanted.version === packaged) return [];
  return [
    {
      code: "CDC-610",
      path: `${path}.version`,
      message: `found ${wanted.version}; images built from packages have ${packaged}`,
      remedy: `write ${packaged}, name an image of your own in ${path}.image, or use cdc:images: official`,
    },
  ];
}
