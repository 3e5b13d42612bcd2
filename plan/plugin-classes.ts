/**
 * The converters, transforms and predicates that the workers have: the lists in the jars themselves (META-INF/services), which
 * are all that a worker with `plugin.discovery: service_load` looks at. Kafka's are the same from 3.9 to 4.3.
 */
import { debeziumReleases } from "./releases.ts";

export type PluginKind = "converter" | "header converter" | "transform" | "predicate";

const connect = "org.apache.kafka.connect";

/** connect-api, connect-json, connect-runtime. */
const converters = [
  `${connect}.json.JsonConverter`,
  `${connect}.storage.StringConverter`,
  ...["Boolean", "ByteArray", "Double", "Float", "Integer", "Long", "Short"].map(
    (type) => `${connect}.converters.${type}Converter`,
  ),
];

/** connect-transforms; those of two sides are named with the side. */
const oneSided = ["DropHeaders", "Filter", "InsertHeader", "RegexRouter", "TimestampRouter", "ValueToKey"];
const twoSided =
  "Cast ExtractField Flatten HeaderFrom HoistField InsertField MaskField ReplaceField SetSchemaMetadata TimestampConverter";
const transforms = [...oneSided, ...twoSided.split(" ").flatMap((name) => [`${name}$Key`, `${name}$Value`])].map(
  (name) => `${connect}.transforms.${name}`,
);

const ofKafka: Readonly<Record<PluginKind, readonly string[]>> = {
  converter: converters,
  "header converter": [...converters, `${connect}.storage.SimpleHeaderConverter`],
  transform: transforms,
  predicate: ["HasHeaderKey", "RecordIsTombstone", "TopicNameMatches"].map(
    (name) => `${connect}.transforms.predicates.${name}`,
  ),
};

/** Of Debezium's MySQL plugin, each with the first release of those known here that has it; none went since. */
const oldest = "2.7.0.Final";
const ofDebezium: Readonly<Record<PluginKind, Readonly<Record<string, string>>>> = {
  converter: {
    "io.debezium.converters.BinaryDataConverter": oldest,
    "io.debezium.converters.ByteArrayConverter": oldest,
    "io.debezium.converters.CloudEventsConverter": oldest,
  },
  "header converter": {
    "io.debezium.converters.BinaryDataConverter": oldest,
    "io.debezium.converters.ByteArrayConverter": oldest,
  },
  transform: {
    "io.debezium.connector.mysql.transforms.ReadToInsertEvent": oldest,
    "io.debezium.transforms.ByLogicalTableRouter": oldest,
    "io.debezium.transforms.EnforceRecordSize": "3.6.1.Final",
    "io.debezium.transforms.ExtractChangedRecordState": oldest,
    "io.debezium.transforms.ExtractNewRecordState": oldest,
    "io.debezium.transforms.ExtractSchemaToNewRecord": oldest,
    "io.debezium.transforms.GeometryFormatTransformer": "3.4.1.Final",
    "io.debezium.transforms.HeaderToValue": oldest,
    "io.debezium.transforms.SchemaChangeEventFilter": oldest,
    "io.debezium.transforms.SwapGeometryCoordinates": "3.4.1.Final",
    "io.debezium.transforms.TimezoneConverter": oldest,
    "io.debezium.transforms.VectorToJsonConverter": "3.3.2.Final",
    "io.debezium.transforms.openlineage.OpenLineage": "3.3.2.Final",
    "io.debezium.transforms.outbox.EventRouter": oldest,
    "io.debezium.transforms.partitions.PartitionRouting": oldest,
    "io.debezium.transforms.tracing.ActivateTracingSpan": oldest,
  },
  predicate: {},
};

/** The kind of plugin whose class a property names; undefined for a property that names none of these. */
export function kindNamedBy(key: string): PluginKind | undefined {
  if (/^(key|value)\.converter$/.test(key)) return "converter";
  if (key === "header.converter") return "header converter";
  if (/^transforms\.[^.]+\.type$/.test(key)) return "transform";
  return /^predicates\.[^.]+\.type$/.test(key) ? "predicate" : undefined;
}

/** Whether a worker with this release of Debezium has the class. Of a release that is not known here everything may be true. */
export function hasClass(kind: PluginKind, name: string, debeziumVersion: string): boolean {
  if (ofKafka[kind].includes(name)) return true;
  const place = (version: string) => debeziumReleases.findIndex((release) => release.version === version);
  const since = ofDebezium[kind][name];
  return place(debeziumVersion) < 0 || (since !== undefined && place(debeziumVersion) >= place(since));
}

/** The first release of Debezium that has the class; undefined when it is none of Debezium's. */
export function releaseWith(kind: PluginKind, name: string): string | undefined {
  return ofDebezium[kind][name];
}

/** Classes that a short or incomplete name may stand for: `RegexRouter`, or a transform without `$Key` or `$Value`. */
export function fullNames(kind: PluginKind, name: string): string[] {
  const known = [...ofKafka[kind], ...Object.keys(ofDebezium[kind])];
  return known.filter((one) => one.startsWith(`${name}$`) || (!name.includes(".") && one.split(/[.$]/).includes(name)));
}
