/** Image references, by where images come from. */
import { packagedImage } from "../images/tags.ts";
import type { ImagePlan } from "../plan/types.ts";
import { kafkaVersion, mysqlVersion } from "../plan/versions.ts";

export interface Images {
  /** Laid out as the official mysql image is. */
  readonly mysql: string;
  /** Laid out as apache/kafka is; serves as broker and as Connect worker. */
  readonly kafka: string;
}

/** The official images of the default versions. */
export const officialImages: Images = official(mysqlVersion, kafkaVersion);

/** The images of a plan. Packaged ones are built by `make up`, or alone by `make images`. */
export function imagesOf(plan: ImagePlan): Images {
  const { mysql, kafka } =
    plan.source === "official"
      ? official(plan.mysqlVersion, plan.kafkaVersion)
      : { mysql: packagedImage("mysql"), kafka: packagedImage("kafka") };
  return { mysql: plan.mysql ?? mysql, kafka: plan.kafka ?? kafka };
}

function official(mysql: string, kafka: string): Images {
  return { mysql: `mysql:${mysql}`, kafka: `apache/kafka:${kafka}` };
}
