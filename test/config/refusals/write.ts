/** How the tables beside this file write their configurations. */
import type { Problem } from "../../../lib/problem.ts";

/** Of the configuration, by their names without `cdc:`. */
export type Fields = Record<string, unknown>;
/** A configuration that is refused: by which code, at which field, and what the remedy has in it. */
export type Row = readonly [what: string, fields: Fields, code: Problem["code"], path: string, remedy: RegExp];

export const a = { name: "a", port: 4000 };
export const b = { name: "b", port: 4001 };
export const gtids = "cb74078b-e59a-11f1-9171-0242ac150004:1-55";
export const offset = { file: "mysql-bin.000003", position: 154, gtids };
export const shard = (fields: Fields): Fields => ({ shards: [{ ...a, ...fields }] });
export const both = (fields: Fields): Fields => ({
  shards: [
    { ...a, ...fields },
    { ...b, ...fields },
  ],
});
export const mysql = (options: Fields): Fields => ({ mysql: { options } });
export const readSide = (more: Fields): Fields => ({ readSide: { enabled: true, ...more } });
export const pluginAt = (archive: string): Fields =>
  readSide({ sink: { class: "org.example.Sink", plugin: { archive, sha256: "0".repeat(64) } } });
export const connector = (properties: Fields): Fields => ({ connectors: { properties } });

export const router = "org.apache.kafka.connect.transforms.RegexRouter";
export const avro = "io.confluent.connect.avro.AvroConverter";
export const worker = (properties: Fields): Fields => ({ connect: { properties } });
export const broker = (properties: Fields): Fields => ({ kafka: { properties } });
export const sink = (properties: Fields): Fields => readSide({ sink: { properties } });

/** Where free properties can be written, and what is said of them there. */
export const places: readonly (readonly [path: string, write: (properties: Fields) => Fields])[] = [
  ["cdc:connectors.properties", connector],
  ["cdc:shards[0].connectorProperties", (properties) => shard({ connectorProperties: properties })],
  [
    "cdc:connectors.converter.properties",
    (properties) => ({ kafka: { image: "k:1" }, connectors: { converter: { key: avro, value: avro, properties } } }),
  ],
  ["cdc:readSide.sink.properties", sink],
  ["cdc:connect.properties", worker],
  ["cdc:kafka.properties", broker],
];

/** A server that somebody else runs, as a shard's entry names it. */
export const existing = { host: "db1.example.com", user: "capture", password: { secure: "v1:x" } };

/** Brokers that somebody else runs. */
export const existingKafka = {
  bootstrapServers: ["b1.example.com:9096", "b2.example.com:9096"],
  sasl: { mechanism: "SCRAM-SHA-512", user: "cdc", password: { secure: "v1:x" } },
};
