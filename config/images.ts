/** Image references, by where images come from. */
import { packagedImage } from "./packaged-images.ts";
import { pinned } from "../lib/image-digests.ts";
import { kafkaVersion, mysqlVersion, nodeVersion, opensearchVersion } from "../lib/versions.ts";

/** Where the images come from, and which. */
export interface ImagePlan {
  readonly source: "official" | "packages";
  readonly mysqlVersion: string;
  readonly kafkaVersion: string;
  /** References that the configuration gives itself. */
  readonly mysql: string | undefined;
  readonly kafka: string | undefined;
  /** Of the guard and the search page. */
  readonly node: string | undefined;
  readonly opensearch: string | undefined;
}

export interface Images {
  /** Laid out as the official mysql image is. */
  readonly mysql: string;
  /** Laid out as apache/kafka is; serves as broker and as Connect worker. */
  readonly kafka: string;
  /** Laid out as the slim variant of the official node image is; runs the guard and the search page. */
  readonly node: string;
  /** Laid out as opensearchproject/opensearch is. */
  readonly opensearch: string;
}

/** The official images of the default versions, by digest where one is known; those of other versions go by their tags. */
export const officialImages: Images = official(mysqlVersion, kafkaVersion);

/** The images of a plan. Packaged ones are built by `make up`, or alone by `make images`. */
export function imagesOf(plan: ImagePlan): Images {
  const { mysql, kafka, node, opensearch } =
    plan.source === "official" ? official(plan.mysqlVersion, plan.kafkaVersion) : packaged();
  return {
    mysql: plan.mysql ?? mysql,
    kafka: plan.kafka ?? kafka,
    node: plan.node ?? node,
    opensearch: plan.opensearch ?? opensearch,
  };
}

function official(mysql: string, kafka: string): Images {
  return {
    mysql: pinned(`mysql:${mysql}`),
    kafka: pinned(`apache/kafka:${kafka}`),
    node: pinned(`node:${nodeVersion}-slim`),
    opensearch: pinned(`opensearchproject/opensearch:${opensearchVersion}`),
  };
}

function packaged(): Images {
  return {
    mysql: packagedImage("mysql"),
    kafka: packagedImage("kafka"),
    node: packagedImage("node"),
    opensearch: packagedImage("opensearch"),
  };
}
