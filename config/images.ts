/** Image references, by where images come from. */
import { packagedImage } from "../images/tags.ts";
import { kafkaVersion, mysqlVersion } from "../plan/versions.ts";

export interface Images {
  /** Laid out as the official mysql image is. */
  readonly mysql: string;
  /** Laid out as apache/kafka is; serves as broker and as Connect worker. */
  readonly kafka: string;
}

/** The official images, as an engine with internet pulls them. */
export const officialImages: Images = { mysql: `mysql:${mysqlVersion}`, kafka: `apache/kafka:${kafkaVersion}` };

/** Image references for a source. Packaged ones are built by `make up`, or alone by `make images`. */
export function imagesFrom(source: "official" | "packages"): Images {
  return source === "official" ? officialImages : { mysql: packagedImage("mysql"), kafka: packagedImage("kafka") };
}
