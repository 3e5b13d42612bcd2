/** The Debezium MySQL plugin, pinned. */
import { debeziumVersion } from "../plan/versions.ts";

export const debezium = {
  version: debeziumVersion,
  /** Maven coordinates of the plugin archive. */
  artifact: `io.debezium:debezium-connector-mysql:${debeziumVersion}:tar.gz:plugin`,
  archive: `debezium-connector-mysql-${debeziumVersion}-plugin.tar.gz`,
  archiveSha256: "1dfd80c86e204406c5d886836da1f022e4955bc3900c0491b892c22c8b901af2",
  /** Debezium's own Connect image has the same plugin in this folder. */
  image: `quay.io/debezium/connect:${debeziumVersion}`,
  imageFolder: "/kafka/connect/debezium-connector-mysql",
  /** The archive's only top folder, and the connector's own jar in it: the same bytes in archive and image. */
  folder: "debezium-connector-mysql",
  jar: `debezium-connector-mysql-${debeziumVersion}.jar`,
  jarSha256: "db56640086983fa838aaedffd7a2fc9887932fc028dbbfef11f62fc49248d5a2",
} as const;
