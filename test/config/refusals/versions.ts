/** Versions that do not go together. */
import { a, b, shard, type Row } from "./write.ts";

export const versions: readonly Row[] = [
  [
    "a shard's own release that cannot run on Kafka 4",
    shard({ debeziumVersion: "2.7.4.Final" }),
    "CDC-602",
    "cdc:shards[0].debeziumVersion",
    /3\.\d/,
  ],
  [
    "a shard's own release that is not known",
    { shards: [a, { ...b, debeziumVersion: "3.6.2.Final" }] },
    "CDC-601",
    "cdc:shards[1].debeziumVersion",
    /write 3\.6\.1\.Final/,
  ],
  [
    "two releases on a Kafka that loads one",
    { shards: [a, { ...b, debeziumVersion: "3.5.0.Final" }], kafka: { version: "4.0.0" } },
    "CDC-607",
    "cdc:shards[1].debeziumVersion",
    /one version, or write cdc:kafka\.version: 4\.1\.0/,
  ],
  [
    "Debezium 2.7.0 on Kafka 4",
    { connectors: { debeziumVersion: "2.7.0.Final" } },
    "CDC-602",
    "cdc:connectors.debeziumVersion",
    /3\.\d/,
  ],
  [
    "a release that is not known",
    { connectors: { debeziumVersion: "3.99.0.Final" } },
    "CDC-601",
    "cdc:connectors.debeziumVersion",
    /./,
  ],
  [
    "a version that packages do not have",
    { images: "packages", mysql: { version: "8.4" } },
    "CDC-610",
    "cdc:mysql.version",
    /write 9\.7/,
  ],
];
