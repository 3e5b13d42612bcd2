/** Configurations that are refused: each with its code, the field at fault, and a remedy. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ProblemError, type Problem } from "../../plan/problem.ts";
import { planWith } from "../support/config.ts";

type Fields = Record<string, unknown>;
type Row = readonly [what: string, fields: Fields, code: Problem["code"], path: string, remedy: RegExp];

const a = { name: "a", port: 4000 };
const b = { name: "b", port: 4001 };
const gtids = "cb74078b-e59a-11f1-9171-0242ac150004:1-55";
const offset = { file: "mysql-bin.000003", position: 154, gtids };
const shard = (fields: Fields): Fields => ({ shards: [{ ...a, ...fields }] });
const both = (fields: Fields): Fields => ({
  shards: [
    { ...a, ...fields },
    { ...b, ...fields },
  ],
});
const mysql = (options: Fields): Fields => ({ mysql: { options } });
const readSide = (more: Fields): Fields => ({ readSide: { enabled: true, ...more } });
const pluginAt = (archive: string): Fields =>
  readSide({ sink: { class: "org.example.Sink", plugin: { archive, sha256: "0".repeat(64) } } });
const connector = (properties: Fields): Fields => ({ connectors: { properties } });

const fields: readonly Row[] = [
  ["an unknown field", { shcema: "x" }, "CDC-101", "cdc:shcema", /did you mean schema\?/],
  ["an unknown field of a shard", shard({ prot: 1 }), "CDC-101", "cdc:shards[0].prot", /did you mean port\?/],
  [
    "an unknown field of an object",
    { kafka: { heapMib: 1 } },
    "CDC-101",
    "cdc:kafka.heapMib",
    /did you mean heapMiB\?/,
  ],
  ["a shard without a port", { shards: [{ name: "a" }] }, "CDC-102", "cdc:shards[0].port", /add cdc:shards\[0\]\.port/],
  ["a text for a list", { tables: "products.stock" }, "CDC-102", "cdc:tables", /change cdc:tables/],
  ["a text for a number", shard({ port: "high" }), "CDC-102", "cdc:shards[0].port", /change/],
  ["a word for a boolean", { connectors: { tombstones: "yes" } }, "CDC-102", "cdc:connectors.tombstones", /change/],
  ["no shards", { shards: [] }, "CDC-103", "cdc:shards", /change cdc:shards/],
  ["a count of no shards", { shards: 0 }, "CDC-102", "cdc:shards", /change cdc:shards/],
  ["a count of too many shards", { shards: 65 }, "CDC-102", "cdc:shards", /change cdc:shards/],
  ["a port above the range", shard({ port: 70_000 }), "CDC-103", "cdc:shards[0].port", /change/],
  ["a port below the range", { kafka: { port: 80 } }, "CDC-103", "cdc:kafka.port", /change/],
  ["server id 0", shard({ serverId: 0 }), "CDC-103", "cdc:shards[0].serverId", /change/],
  ["a server id of 33 bits", shard({ serverId: 4_294_967_296 }), "CDC-103", "cdc:shards[0].serverId", /change/],
  ["no partitions", { topics: { partitions: 0 } }, "CDC-103", "cdc:topics.partitions", /change/],
  ["no workers", { connect: { workers: 0 } }, "CDC-103", "cdc:connect.workers", /change/],
  ["a heap of nothing", { connect: { heapMiB: 1 } }, "CDC-103", "cdc:connect.heapMiB", /change/],
  ["no tables", { tables: [] }, "CDC-103", "cdc:tables", /change/],
  ["a name that Docker refuses", shard({ name: "A b" }), "CDC-104", "cdc:shards[0].name", /change/],
  ["a name that ends in a dash", shard({ name: "a-" }), "CDC-104", "cdc:shards[0].name", /change/],
  ["a prefix with a blank", shard({ topicPrefix: "a b" }), "CDC-104", "cdc:shards[0].topicPrefix", /change/],
  ["a prefix of one dot", shard({ topicPrefix: "." }), "CDC-104", "cdc:shards[0].topicPrefix", /change/],
  [
    "a history topic with a slash",
    shard({ schemaHistoryTopic: "a/b" }),
    "CDC-104",
    "cdc:shards[0].schemaHistoryTopic",
    /change/,
  ],
  ["a table without its database", { tables: ["stock"] }, "CDC-104", "cdc:tables[0]", /change/],
  ["a pattern for a table", { tables: ["products.*"] }, "CDC-104", "cdc:tables[0]", /change/],
  ["a column without its table", { maskColumns: ["name"] }, "CDC-104", "cdc:maskColumns[0]", /change/],
  ["a source of images that is none", { images: "mine" }, "CDC-105", "cdc:images", /change/],
  ["a cleanup that is none", { topics: { cleanup: "never" } }, "CDC-105", "cdc:topics.cleanup", /change/],
  [
    "an operation that is none",
    { connectors: { skipOperations: ["x"] } },
    "CDC-105",
    "cdc:connectors.skipOperations[0]",
    /change/,
  ],
  [
    "skipped updates, which heartbeats and probes are",
    { connectors: { skipOperations: ["t", "u"] } },
    "CDC-105",
    "cdc:connectors.skipOperations[1]",
    /change/,
  ],
  ["an image of latest", { mysql: { image: "mysql:latest" } }, "CDC-106", "cdc:mysql.image", /change/],
  ["an image without a tag", { kafka: { image: "apache/kafka" } }, "CDC-106", "cdc:kafka.image", /change/],
  ["the zone KST", { timeZone: "KST" }, "CDC-107", "cdc:timeZone", /did you mean Asia\/Seoul\?/],
  ["a zone in small letters", { timeZone: "asia/seoul" }, "CDC-107", "cdc:timeZone", /did you mean Asia\/Seoul\?/],
  ["an offset for a zone", { timeZone: "+09:00" }, "CDC-107", "cdc:timeZone", /did you mean Asia\/Seoul\?/],
  [
    "snapshot mode schema_only",
    { connectors: { snapshotMode: "schema_only" } },
    "CDC-108",
    "cdc:connectors.snapshotMode",
    /write .*: no_data/,
  ],
  [
    "snapshot mode never",
    shard({ snapshotMode: "never" }),
    "CDC-108",
    "cdc:shards[0].snapshotMode",
    /write .*: no_data/,
  ],
  [
    "a mode that never streams",
    { connectors: { snapshotMode: "initial_only" } },
    "CDC-108",
    "cdc:connectors.snapshotMode",
    /write .*: initial/,
  ],
  ["a state that is none", shard({ state: "STOPPED" }), "CDC-105", "cdc:shards[0].state", /change/],
  [
    "a wish for offsets that is none",
    { connectors: { onDelete: "forget" } },
    "CDC-105",
    "cdc:connectors.onDelete",
    /change/,
  ],
  [
    "an initial offset without its file",
    shard({ initialOffset: { position: 4, gtids: gtids } }),
    "CDC-102",
    "cdc:shards[0].initialOffset.file",
    /add cdc:shards\[0\]\.initialOffset\.file/,
  ],
  [
    "an initial offset without GTIDs",
    shard({ initialOffset: { file: "mysql-bin.000001", position: 4 } }),
    "CDC-102",
    "cdc:shards[0].initialOffset.gtids",
    /add/,
  ],
  [
    "GTIDs that are none",
    shard({ initialOffset: { file: "mysql-bin.000001", position: 4, gtids: "1-55" } }),
    "CDC-104",
    "cdc:shards[0].initialOffset.gtids",
    /change/,
  ],
  [
    "a place before the binlog's first event",
    shard({ initialOffset: { file: "mysql-bin.000001", position: 0, gtids } }),
    "CDC-103",
    "cdc:shards[0].initialOffset.position",
    /change/,
  ],
  ["an unknown field of the guard", { guard: { stalSeconds: 9 } }, "CDC-101", "cdc:guard.stalSeconds", /stallSeconds/],
  ["a guard that never looks", { guard: { checkSeconds: 0 } }, "CDC-103", "cdc:guard.checkSeconds", /change/],
  [
    "a guard that never restarts",
    { guard: { restartAfterSeconds: [] } },
    "CDC-103",
    "cdc:guard.restartAfterSeconds",
    /change/,
  ],
  ["an unknown field of the read side", readSide({ heap: 512 }), "CDC-101", "cdc:readSide.heap", /rename or remove/],
  ["a small heap of the engine", readSide({ heapMiB: 100 }), "CDC-103", "cdc:readSide.heapMiB", /change/],
  [
    "an engine with a path",
    readSide({ engineUrl: "http://engine:9200/x" }),
    "CDC-104",
    "cdc:readSide.engineUrl",
    /change/,
  ],
  ["an engine of latest", readSide({ image: "opensearch:latest" }), "CDC-106", "cdc:readSide.image", /change/],
  ["a sink without tasks", readSide({ tasks: 0 }), "CDC-103", "cdc:readSide.tasks", /change/],
  ["a plugin from elsewhere", pluginAt("../sink.tar.gz"), "CDC-104", "cdc:readSide.sink.plugin.archive", /change/],
  [
    "a plugin at an absolute path",
    pluginAt("/opt/sink.tar.gz"),
    "CDC-104",
    "cdc:readSide.sink.plugin.archive",
    /change/,
  ],
  ["a guard of latest", { guard: { image: "node:latest" } }, "CDC-106", "cdc:guard.image", /change/],
  ["a schema that is not there", { schema: "prodcuts" }, "CDC-109", "cdc:schema", /make sql\/prodcuts/],
];

const clashes: readonly Row[] = [
  ["two shards of one name", { shards: [a, { ...b, name: "a" }] }, "CDC-201", "cdc:shards[1].name", /another name/],
  ["two shards on one port", { shards: [a, { ...b, port: 4000 }] }, "CDC-202", "cdc:shards[1].port", /another port/],
  [
    "the broker on a shard's port",
    { shards: [{ name: "a", port: 9092 }] },
    "CDC-202",
    "cdc:kafka.port",
    /another port/,
  ],
  [
    "a second broker on a shard's port",
    { shards: [{ name: "a", port: 9093 }], kafka: { brokers: 2 } },
    "CDC-202",
    "the port of number 2 after cdc:kafka.port",
    /another port/,
  ],
  ["worker and broker on one port", { connect: { port: 9092 } }, "CDC-202", "cdc:connect.port", /another port/],
  ["two server ids", both({ serverId: 7 }), "CDC-203", "cdc:shards[1].serverId", /another serverId/],
  [
    "a server's own id",
    { shards: [a, { ...b, serverId: 4000 }] },
    "CDC-203",
    "cdc:shards[1].serverId",
    /another serverId/,
  ],
  [
    "two connectors of one name",
    both({ connector: "c" }),
    "CDC-204",
    "cdc:shards[1].connector",
    /another connector name/,
  ],
  ["two topic prefixes", both({ topicPrefix: "p" }), "CDC-205", "cdc:shards[1].topicPrefix", /another topicPrefix/],
  [
    "prefixes that are one to Kafka",
    {
      shards: [
        { ...a, topicPrefix: "x.y" },
        { ...b, topicPrefix: "x_y" },
      ],
    },
    "CDC-205",
    "cdc:shards[1].topicPrefix",
    /another topicPrefix/,
  ],
  [
    "two history topics",
    both({ schemaHistoryTopic: "h" }),
    "CDC-206",
    "cdc:shards[1].schemaHistoryTopic",
    /another schemaHistoryTopic/,
  ],
  [
    "a history topic that is a data topic",
    shard({ schemaHistoryTopic: "a.products.stock" }),
    "CDC-207",
    "topic a.products.stock",
    /change the prefix/,
  ],
  [
    "a prefix that makes a worker's topic",
    shard({ schemaHistoryTopic: "connect-offsets" }),
    "CDC-207",
    "topic connect-offsets",
    /change the prefix/,
  ],
  ["an offset that leaves the range", { portOffset: 60_000 }, "CDC-208", "cdc:kafka.port", /smaller portOffset/],
  [
    "more replicas than brokers",
    { topics: { replicationFactor: 2 } },
    "CDC-209",
    "cdc:topics.replicationFactor",
    /lower it to 1/,
  ],
  [
    "a column of a table that is not captured",
    { excludeColumns: ["products.prices.net"] },
    "CDC-211",
    "cdc:excludeColumns[0]",
    /correct the name/,
  ],
  [
    "a table of the pipeline's own",
    { schema: "", tables: ["cdc.probe"] },
    "CDC-212",
    "cdc:tables[0]",
    /your own databases/,
  ],
  [
    "a table of MySQL's own",
    shard({ tables: ["mysql.user"] }),
    "CDC-212",
    "cdc:shards[0].tables[0]",
    /your own databases/,
  ],
  ["a table that no file makes", { tables: ["products.prodcuts"] }, "CDC-213", "cdc:tables[0]", /add a CREATE TABLE/],
  ["a table twice", { tables: ["products.stock", "products.stock"] }, "CDC-214", "cdc:tables[1]", /remove one/],
];

const names: readonly Row[] = [
  ...[
    ["signal.enabled.channels", "kafka"],
    ["signal.data.collection", "products.signals"],
    ["notification.enabled.channels", "log"],
    ["notification.sink.topic.name", "told"],
    ["incremental.snapshot.watermarking.strategy", "insert_insert"],
  ].map(([key = "", value]): Row => [
    `${key} of one's own`,
    connector({ [key]: value }),
    "CDC-302",
    `cdc:connectors.properties.${key}`,
    /remove it/,
  ]),
  [
    "a plugin version as a property",
    shard({ connectorProperties: { "connector.plugin.version": "3.5.0.Final" } }),
    "CDC-302",
    "cdc:shards[0].connectorProperties.connector.plugin.version",
    /debeziumVersion/,
  ],
  [
    "a transform's plugin version as a property",
    connector({ "transforms.x.plugin.version": "3.5.0.Final" }),
    "CDC-302",
    "cdc:connectors.properties.transforms.x.plugin.version",
    /debeziumVersion/,
  ],
  [
    "database.server.name in a shard",
    shard({ "database.server.name": "x" }),
    "CDC-301",
    "cdc:shards[0].database.server.name",
    /topicPrefix/,
  ],
  ["database.whitelist at the top", { "database.whitelist": "x" }, "CDC-301", "cdc:database.whitelist", /cdc:tables/],
  ["table.blacklist at the top", { "table.blacklist": "x" }, "CDC-301", "cdc:table.blacklist", /table\.exclude\.list/],
  [
    "database.server.name as a property",
    connector({ "database.server.name": "x" }),
    "CDC-301",
    "cdc:connectors.properties.database.server.name",
    /rename it to topic\.prefix/,
  ],
  [
    "database.history.kafka.topic as a property",
    connector({ "database.history.kafka.topic": "x" }),
    "CDC-301",
    "cdc:connectors.properties.database.history.kafka.topic",
    /schema\.history\.internal\.kafka\.topic/,
  ],
  [
    "database.history.kafka.bootstrap.servers of a shard",
    shard({ connectorProperties: { "database.history.kafka.bootstrap.servers": "x" } }),
    "CDC-301",
    "cdc:shards[0].connectorProperties.database.history.kafka.bootstrap.servers",
    /schema\.history\.internal/,
  ],
  [
    "table.whitelist as a property",
    connector({ "table.whitelist": "x" }),
    "CDC-301",
    "cdc:connectors.properties.table.whitelist",
    /table\.include\.list/,
  ],
  [
    "another topic.prefix",
    connector({ "topic.prefix": "x" }),
    "CDC-302",
    "cdc:connectors.properties.topic.prefix",
    /topicPrefix in the shard/,
  ],
  [
    "another time zone than the server's",
    connector({ "database.connectionTimeZone": "UTC" }),
    "CDC-302",
    "cdc:connectors.properties.database.connectionTimeZone",
    /cdc:timeZone/,
  ],
  ["more tasks", connector({ "tasks.max": 4 }), "CDC-302", "cdc:connectors.properties.tasks.max", /remove it/],
  [
    "a broker that makes topics",
    { kafka: { properties: { "auto.create.topics.enable": true } } },
    "CDC-302",
    "cdc:kafka.properties.auto.create.topics.enable",
    /remove it/,
  ],
  [
    "a worker without exactly-once",
    { connect: { properties: { "exactly.once.source.support": "disabled" } } },
    "CDC-302",
    "cdc:connect.properties.exactly.once.source.support",
    /remove it/,
  ],
  [
    "snapshot.mode=schema_only as a property",
    connector({ "snapshot.mode": "schema_only" }),
    "CDC-303",
    "cdc:connectors.properties.snapshot.mode",
    /snapshotMode: no_data/,
  ],
  [
    "a password in clear",
    connector({ "signal.kafka.password": "x" }),
    "CDC-304",
    "cdc:connectors.properties.signal.kafka.password",
    /\$\{file:PATH:KEY\}/,
  ],
  [
    "dead letters on a source",
    connector({ "errors.deadletterqueue.topic.name": "dlq" }),
    "CDC-305",
    "cdc:connectors.properties.errors.deadletterqueue.topic.name",
    /remove it/,
  ],
  [
    "transforms beside merge",
    { connectors: { merge: { prefix: "m" }, properties: { "transforms.x.type": "X" } } },
    "CDC-306",
    "cdc:connectors.properties.transforms.x.type",
    /not both/,
  ],
];

const combinations: readonly Row[] = [
  [
    "an initial offset beside a snapshot",
    shard({ initialOffset: offset }),
    "CDC-409",
    "cdc:shards[0].initialOffset",
    /snapshotMode: recovery/,
  ],
  [
    "an initial offset without a schema history",
    shard({ initialOffset: offset, snapshotMode: "no_data" }),
    "CDC-409",
    "cdc:shards[0].initialOffset",
    /snapshotMode: recovery/,
  ],
  [
    "another sink without its plugin",
    readSide({ sink: { class: "org.example.Sink" } }),
    "CDC-420",
    "cdc:readSide.sink.plugin",
    /add plugin/,
  ],
  [
    "a plugin without the sink's class",
    readSide({ sink: { plugin: { archive: "plugins/sink.tar.gz", sha256: "0".repeat(64) } } }),
    "CDC-420",
    "cdc:readSide.sink.class",
    /add class/,
  ],
  [
    "a read side that learns of no deletes",
    { connectors: { skipOperations: ["d"] }, topics: { cleanup: "delete" } },
    "CDC-421",
    "cdc:connectors.skipOperations",
    /take d out/,
  ],
  [
    "a read side whose deletes are dropped",
    { connectors: { unwrap: { deletes: "drop" } }, topics: { cleanup: "delete" } },
    "CDC-422",
    "cdc:connectors.unwrap.deletes",
    /tombstone/,
  ],
  [
    "decimals as bytes without a schema",
    {
      connectors: { converter: "json-schemaless", properties: { "time.precision.mode": "isostring" } },
    },
    "CDC-423",
    "cdc:connectors.properties.decimal.handling.mode",
    /decimal\.handling\.mode: string/,
  ],
  [
    "times as numbers without a schema, by the worker's own converter",
    {
      connect: { properties: { "value.converter.schemas.enable": false } },
      connectors: { properties: { "decimal.handling.mode": "string" } },
    },
    "CDC-423",
    "cdc:connectors.properties.time.precision.mode",
    /time\.precision\.mode: isostring/,
  ],
  [
    "shards that one sink cannot read",
    { shards: [a, { ...b, connectorProperties: { "value.converter": "org.example.AvroConverter" } }] },
    "CDC-424",
    "cdc:shards[1].connectorProperties",
    /cdc:connectors\.converter/,
  ],
  [
    "two tables in one index",
    { schema: "", tables: ["shop.Orders", "shop.orders"] },
    "CDC-425",
    "cdc:tables",
    /capture one/,
  ],
  [
    "an engine at an address of its own for everybody",
    readSide({ engineUrl: "http://localhost:9200" }),
    "CDC-426",
    "cdc:readSide.engineUrl",
    /containers reach/,
  ],
  [
    "a sink that is told other things than the plan",
    readSide({ sink: { properties: { "errors.tolerance": "none" } } }),
    "CDC-302",
    "cdc:readSide.sink.properties.errors.tolerance",
    /remove it/,
  ],
  [
    "the engine's password in clear",
    readSide({ sink: { properties: { "connection.password": "secret" } } }),
    "CDC-304",
    "cdc:readSide.sink.properties.connection.password",
    /\$\{file/,
  ],
  ["an engine on the broker's port", readSide({ port: 9092 }), "CDC-202", "cdc:readSide.port", /another port/],
  [
    "a page on the worker's port",
    readSide({ page: { port: 8083 } }),
    "CDC-202",
    "cdc:readSide.page.port",
    /another port/,
  ],
  [
    "a connector that is called as the sink",
    shard({ connector: "read-side-sink" }),
    "CDC-204",
    "cdc:shards[0].connector",
    /another connector name/,
  ],
  ["a guard faster than heartbeats", { guard: { stallSeconds: 14 } }, "CDC-410", "cdc:guard.stallSeconds", /: 15,/],
  [
    "a guard faster than one shard's heartbeats",
    { shards: [a, { ...b, connectorProperties: { "heartbeat.interval.ms": 10_500 } }] },
    "CDC-410",
    "cdc:guard.stallSeconds",
    /: 32,/,
  ],
  [
    "a guard without heartbeats",
    connector({ "heartbeat.interval.ms": 0 }),
    "CDC-411",
    "cdc:connectors.properties.heartbeat.interval.ms",
    /guard\.enabled/,
  ],
  [
    "a guard without one shard's heartbeats",
    { shards: [a, { ...b, connectorProperties: { "heartbeat.interval.ms": "often" } }] },
    "CDC-411",
    "cdc:shards[1].connectorProperties.heartbeat.interval.ms",
    /guard\.enabled/,
  ],
  [
    "a guard that looks too seldom",
    { guard: { checkSeconds: 20 } },
    "CDC-412",
    "cdc:guard.checkSeconds",
    /lower it to 15/,
  ],
  [
    "pauses that shrink",
    { guard: { restartAfterSeconds: [0, 120, 60] } },
    "CDC-413",
    "cdc:guard.restartAfterSeconds[2]",
    /sort/,
  ],
  [
    "no tombstones where topics are compacted",
    { connectors: { tombstones: false } },
    "CDC-401",
    "cdc:connectors.tombstones",
    /leave tombstones at true/,
  ],
  [
    "unwrap that drops tombstones",
    { connectors: { unwrap: { deletes: "drop" } } },
    "CDC-402",
    "cdc:connectors.unwrap.deletes",
    /deletes: tombstone/,
  ],
  [
    "unwrap that rewrites deletes only",
    { connectors: { unwrap: { deletes: "rewrite" } } },
    "CDC-402",
    "cdc:connectors.unwrap.deletes",
    /rewrite-with-tombstone/,
  ],
  [
    "bad records that vanish",
    { connectors: { errors: { tolerance: "all", log: false } } },
    "CDC-403",
    "cdc:connectors.errors.log",
    /leave log at true/,
  ],
  [
    "a retention that compaction ignores",
    { topics: { retentionHours: 24 } },
    "CDC-404",
    "cdc:topics.retentionHours",
    /compact,delete/,
  ],
  [
    "a merged prefix that is a shard's",
    { connectors: { merge: { prefix: "shard0" } } },
    "CDC-405",
    "cdc:connectors.merge.prefix",
    /another merge\.prefix/,
  ],
  [
    "deletes that are skipped where topics are compacted",
    { connectors: { skipOperations: ["d"] } },
    "CDC-407",
    "cdc:connectors.skipOperations",
    /take d out/,
  ],
  [
    "a merge without the shard in the key",
    {
      ...both({}),
      ...connector({
        "transforms.m.type": "io.debezium.transforms.ByLogicalTableRouter",
        "transforms.m.key.enforce.uniqueness": false,
      }),
    },
    "CDC-408",
    "cdc:connectors.properties.transforms.m.type",
    /connectors\.merge/,
  ],
  [
    "a merge by a plain route",
    {
      ...both({}),
      ...connector({
        "transforms.m.type": "org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.m.replacement": "all",
      }),
    },
    "CDC-408",
    "cdc:connectors.properties.transforms.m.type",
    /connectors\.merge/,
  ],
];

const options: readonly Row[] = [
  [
    "statement format",
    mysql({ binlog_format: "STATEMENT" }),
    "CDC-501",
    "cdc:mysql.options.binlog_format",
    /remove it/,
  ],
  [
    "mixed format, of one shard, with dashes",
    shard({ mysqlOptions: { "binlog-format": "MIXED" } }),
    "CDC-501",
    "cdc:shards[0].mysqlOptions.binlog_format",
    /remove it/,
  ],
  [
    "a minimal row image",
    mysql({ binlog_row_image: "MINIMAL" }),
    "CDC-502",
    "cdc:mysql.options.binlog_row_image",
    /sets FULL/,
  ],
  [
    "partial JSON",
    mysql({ binlog_row_value_options: "PARTIAL_JSON" }),
    "CDC-503",
    "cdc:mysql.options.binlog_row_value_options",
    /remove it/,
  ],
  ["no binlog", mysql({ "skip-log-bin": true }), "CDC-504", "cdc:mysql.options.skip_log_bin", /remove it/],
  ["log_bin off", mysql({ log_bin: "OFF" }), "CDC-504", "cdc:mysql.options.log_bin", /remove it/],
  [
    "an hour of binlog",
    mysql({ binlog_expire_logs_seconds: 3600 }),
    "CDC-505",
    "cdc:mysql.options.binlog_expire_logs_seconds",
    /raise it/,
  ],
  ["no GTIDs", mysql({ gtid_mode: "OFF" }), "CDC-506", "cdc:mysql.options.gtid_mode", /remove it/],
  ["a server id of one's own", mysql({ server_id: 9 }), "CDC-507", "cdc:mysql.options.server_id", /shard's port/],
  [
    "another zone for the server",
    mysql({ "default-time-zone": "UTC" }),
    "CDC-507",
    "cdc:mysql.options.default_time_zone",
    /cdc:timeZone/,
  ],
  [
    "a buffer pool as an option",
    mysql({ innodb_buffer_pool_size: "1G" }),
    "CDC-507",
    "cdc:mysql.options.innodb_buffer_pool_size",
    /bufferPoolMiB/,
  ],
  [
    "an init file of one's own",
    mysql({ "init-file": "/tmp/own.sql" }),
    "CDC-507",
    "cdc:mysql.options.init_file",
    /root gets its password/,
  ],
  [
    "an option that MySQL dropped",
    mysql({ default_authentication_plugin: "x" }),
    "CDC-508",
    "cdc:mysql.options.default_authentication_plugin",
    /remove it/,
  ],
  [
    "a binlog of some databases",
    mysql({ "binlog-do-db": "x" }),
    "CDC-509",
    "cdc:mysql.options.binlog_do_db",
    /capture by cdc:tables/,
  ],
  [
    "a server that is read only",
    mysql({ super_read_only: "ON" }),
    "CDC-510",
    "cdc:mysql.options.super_read_only",
    /remove it/,
  ],
];

const versions: readonly Row[] = [
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
    /one version, or use Kafka 4\.1/,
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

function problemsOf(raw: Fields): readonly Problem[] {
  try {
    planWith(raw);
  } catch (error) {
    if (error instanceof ProblemError) return error.problems;
    throw error;
  }
  return [];
}

const all = [...fields, ...clashes, ...names, ...combinations, ...options, ...versions];

test("there are at least 60 of them", () => {
  expect(all.length).toBeGreaterThanOrEqual(60);
});

describe.each([
  ["a field alone", fields],
  ["between fields", clashes],
  ["names and keys", names],
  ["combinations", combinations],
  ["MySQL options", options],
  ["versions", versions],
])("%s", (_kind, rows) => {
  test.each(rows)("%s", (_what, raw, code, path, remedy) => {
    const problems = problemsOf(raw);
    const found = problems.find((problem) => problem.code === code && problem.path === path);
    expect(found, JSON.stringify(problems, undefined, 2)).toBeDefined();
    expect(found?.remedy).toMatch(remedy);
    expect(found?.message).toMatch(/.{10}/);
  });
});

describe("what is refused, and what is not", () => {
  test("every problem is told at once", () => {
    const codes = problemsOf({ ...both({ serverId: 7, topicPrefix: "p" }), topics: { retentionHours: 1 } }).map(
      ({ code }) => code,
    );
    expect(codes).toEqual(expect.arrayContaining(["CDC-203", "CDC-205", "CDC-404"]));
  });

  test("the same problem of a shared field is told once, however many shards there are", () => {
    expect(problemsOf({ shards: 3, excludeColumns: ["x.y.z"] })).toHaveLength(1);
  });

  test.each<[string, Fields]>([
    ["options that say what the plan says", mysql({ "binlog-format": "row", gtid_mode: 1 })],
    ["a binlog that is never purged", mysql({ binlog_expire_logs_seconds: 0 })],
    ["properties that say what the plan says", connector({ "tasks.max": 1 })],
    ["a placeholder for a password", connector({ "signal.kafka.password": "${file:/run/secrets/x:y}" })],
    ["no tombstones where nothing is compacted", { topics: { cleanup: "delete" }, connectors: { tombstones: false } }],
    ["transforms of one's own", connector({ transforms: "x", "transforms.x.type": "X" })],
    ["an initial offset", shard({ initialOffset: offset, snapshotMode: "recovery" })],
    [
      "an initial offset of a server with several histories",
      shard({
        initialOffset: { ...offset, gtids: `${gtids},\n3E11FA47-71CA-11E1-9E33-C80AA9429562:tag:1-3:7` },
        snapshotMode: "recovery",
      }),
    ],
    [
      "one release for every shard on an old Kafka",
      { ...both({ debeziumVersion: "3.5.0.Final" }), kafka: { version: "3.9.1" } },
    ],
    [
      "no heartbeats where there is no guard",
      { guard: { enabled: false }, ...connector({ "heartbeat.interval.ms": 0 }) },
    ],
    [
      "slow heartbeats with a patient guard",
      { guard: { stallSeconds: 90 }, ...connector({ "heartbeat.interval.ms": 30_000 }) },
    ],
    ["equal pauses", { guard: { restartAfterSeconds: [0, 60, 60] } }],
    ["channels as the plan has them", connector({ "signal.enabled.channels": "source" })],
    ["tables made elsewhere", { schema: "", tables: ["shop.orders"] }],
    ["a retention with a cleanup that deletes", { topics: { cleanup: "compact,delete", retentionHours: 24 } }],
  ])("%s are taken", (_what, raw) => {
    expect(problemsOf(raw)).toEqual([]);
  });

  test("every code that the sources have is explained in docs/refusals.md, and no other", () => {
    const root = join(import.meta.dirname, "..", "..");
    const codesIn = (text: string) => new Set(text.match(/CDC-\d{3}/g) ?? []);
    const sources = ["plan", "config", "preflight"].flatMap((folder) =>
      readdirSync(join(root, folder)).map((file) => readFileSync(join(root, folder, file), "utf8")),
    );
    const explained = codesIn(readFileSync(join(root, "docs", "refusals.md"), "utf8"));
    expect([...explained].toSorted()).toEqual([...codesIn(sources.join("\n"))].toSorted());
  });
});
