/** Image references, by where images come from. */
import { packagedImage } from "../images/tags.ts";
import type { ImagePlan } from "../plan/types.ts";
import { kafkaVersion, mysqlVersion, nodeVersion } from "../plan/versions.ts";

export interface Images {
  /** Laid out as the official mysql image is. */
  readonly mysql: string;
  /** Laid out as apache/kafka is; serves as broker and as Connect worker. */
  readonly kafka: string;
  /** Laid out as the slim variant of the official node image is; runs the guard. */
  readonly node: string;
}

/** The official images of the default versions. */
export const officialImages: Images = official(mysqlVersion, kafkaVersion);

/** The images of a plan. Packaged ones are built by `make up`, or alone by `make images`. */
export function imagesOf(plan: ImagePlan): Images {
  const { mysql, kafka, node } =
    plan.source === "official"
      ? official(plan.mysqlVersion, plan.kafkaVersion)
      : { mysql: packagedImage("mysql"), kafka: packagedImage("kafka"), node: packagedImage("node") };
  return { mysql: plan.mysql ?? mysql, kafka: plan.kafka ?? kafka, node: plan.node ?? node };
}

function official(mysql: string, kafka: string): Images {
  return { mysql: `mysql:${mysql}`, kafka: `apache/kafka:${kafka}`, node: `node:${nodeVersion}-slim` };
}
