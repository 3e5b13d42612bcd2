/** Converters, transforms and predicates that nobody brings. */
import { a, b, shard, connector, avro, worker, sink, places, type Row } from "./write.ts";

export const classes: readonly Row[] = [
  ...places
    .filter(([path]) => !/converter|kafka/.test(path))
    .map(([path, write]): Row => [
      `a converter that nobody brings in ${path}`,
      write({ "value.converter": avro }),
      "CDC-307",
      `${path}.value.converter`,
      /a converter of theirs, or .*cdc:kafka\.image/,
    ]),
  ...["key", "value"].map((side): Row => [
    `a ${side} converter that nobody brings`,
    { connectors: { converter: { key: avro, value: avro } } },
    "CDC-307",
    `cdc:connectors.converter.${side}`,
    /cdc:kafka\.image/,
  ]),
  [
    "a header converter that nobody brings",
    worker({ "header.converter": "org.example.Headers" }),
    "CDC-307",
    "cdc:connect.properties.header.converter",
    /header converter of theirs/,
  ],
  [
    "a transform that needs Debezium's scripting",
    connector({ transforms: "f", "transforms.f.type": "io.debezium.transforms.Filter" }),
    "CDC-307",
    "cdc:connectors.properties.transforms.f.type",
    /transform of theirs/,
  ],
  [
    "a transform by its short name",
    connector({ transforms: "f", "transforms.f.type": "RegexRouter" }),
    "CDC-307",
    "cdc:connectors.properties.transforms.f.type",
    /write the class: org\.apache\.kafka\.connect\.transforms\.RegexRouter$/,
  ],
  [
    "a transform without its side",
    sink({ transforms: "f", "transforms.f.type": "org.apache.kafka.connect.transforms.InsertField" }),
    "CDC-307",
    "cdc:readSide.sink.properties.transforms.f.type",
    /InsertField\$Key or org\.apache\.kafka\.connect\.transforms\.InsertField\$Value$/,
  ],
  [
    "a predicate that nobody brings",
    shard({ connectorProperties: { predicates: "p", "predicates.p.type": "org.example.P" } }),
    "CDC-307",
    "cdc:shards[0].connectorProperties.predicates.p.type",
    /predicate of theirs/,
  ],
  [
    "a transform that a shard's release does not have yet",
    {
      shards: [a, { ...b, debeziumVersion: "3.5.0.Final" }],
      ...connector({ transforms: "e", "transforms.e.type": "io.debezium.transforms.EnforceRecordSize" }),
    },
    "CDC-307",
    "cdc:connectors.properties.transforms.e.type",
    /debeziumVersion to 3\.6\.1\.Final or later/,
  ],
];
