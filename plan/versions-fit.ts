/** Whether the configured versions fit together, and whether the wished source of images has them. */
import type { PipelineConfig } from "../config/schema.ts";
import { checkVersions, type VersionCheck } from "./compatibility.ts";
import type { Problem } from "./problem.ts";
import { kafkaVersion, mysqlVersion } from "./versions.ts";

/** Java of apache/kafka since 4.0, and of the image built from packages. */
const imageJava = 21;

/** Judges the versions of a configuration. */
export function judgeVersions(config: PipelineConfig): VersionCheck {
  const { mysql, kafka, connectors, images } = config;
  const fit = checkVersions({
    kafka: kafka.version,
    debezium: connectors.debeziumVersion,
    mysql: mysql.version,
    ...(kafka.image === undefined ? { java: imageJava } : {}),
  });
  if (images === "official") return fit;
  return {
    warnings: fit.warnings,
    problems: [
      ...fit.problems,
      ...packagedOnly("cdc:mysql", mysql, mysqlVersion),
      ...packagedOnly("cdc:kafka", kafka, kafkaVersion),
    ],
  };
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
