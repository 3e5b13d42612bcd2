/** Image references, by where images come from. */
import { packagedImage } from "./packaged-images.ts";
import { pinned } from "../lib/image-digests.ts";
import {
  alertmanagerVersion,
  kafkaVersion,
  mysqlVersion,
  nodeVersion,
  opensearchVersion,
  prometheusVersion,
} from "../lib/versions.ts";

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
  readonly prometheus: string | undefined;
  readonly alertmanager: string | undefined;
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
  /** Laid out as prom/prometheus is. */
  readonly prometheus: string;
  /** Laid out as prom/alertmanager is. */
  readonly alertmanager: string;
}

/** An image that containers run from. */
export type ImageKind = keyof Images;

/** Those of every stack, and of the read side, which few go without. */
export const usualImages: readonly ImageKind[] = ["mysql", "kafka", "node", "opensearch"];

/** Those of all stacks. */
export const allImages: readonly ImageKind[] = [...usualImages, "prometheus", "alertmanager"];

/** The official images of the default versions, by digest where one is known; those of other versions go by their tags. */
export const officialImages: Images = official(mysqlVersion, kafkaVersion);

/** The images of a plan. Packaged ones are built by `make up`, or alone by `make images`. */
export function imagesOf(plan: ImagePlan): Images {
  const images = plan.source === "official" ? official(plan.mysqlVersion, plan.kafkaVersion) : packaged();
  return {
    mysql: plan.mysql ?? images.mysql,
    kafka: plan.kafka ?? images.kafka,
    node: plan.node ?? images.node,
    opensearch: plan.opensearch ?? images.opensearch,
    prometheus: plan.prometheus ?? images.prometheus,
    alertmanager: plan.alertmanager ?? images.alertmanager,
  };
}

function official(mysql: string, kafka: string): Images {
  return {
    mysql: pinned(`mysql:${mysql}`),
    kafka: pinned(`apache/kafka:${kafka}`),
    node: pinned(`node:${nodeVersion}-slim`),
    opensearch: pinned(`opensearchproject/opensearch:${opensearchVersion}`),
    prometheus: pinned(`prom/prometheus:v${prometheusVersion}`),
    alertmanager: pinned(`prom/alertmanager:v${alertmanagerVersion}`),
  };
}

function packaged(): Images {
  return {
    mysql: packagedImage("mysql"),
    kafka: packagedImage("kafka"),
    node: packagedImage("node"),
    opensearch: packagedImage("opensearch"),
    prometheus: packagedImage("prometheus"),
    alertmanager: packagedImage("alertmanager"),
  };
}
