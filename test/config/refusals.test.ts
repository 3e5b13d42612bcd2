/** Configurations that are refused: each with its code, the field at fault, and a remedy. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ProblemError, type Problem } from "../../lib/problem.ts";
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

const router = "org.apache.kafka.connect.transforms.RegexRouter";
const avro = "io.confluent.connect.avro.AvroConverter";
const worker = (properties: Fields): Fields => ({ connect: { properties } });
const broker = (properties: Fields): Fields => ({ kafka: { properties } });
const sink = (properties: Fields): Fields => readSide({ sink: { properties } });

/** Where free properties can be written, and what is said of them there. */
const places: readonly (readonly [path: string, write: (properties: Fields) => Fields])[] = [
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

/** The name or the form gives them away. */
const secretValues: readonly (readonly [key: string, value: string])[] = [
  // All that Kafka 4.3.1 types as PASSWORD, but for certificates; with the prefixes of clients.
  ["ssl.key.password", "x"],
  ["ssl.keystore.key", "-----BEGIN"],
  ["ssl.keystore.password", "x"],
  ["ssl.truststore.password", "x"],
  ["producer.override.sasl.oauthbearer.assertion.private.key.passphrase", "x"],
  ["consumer.sasl.oauthbearer.client.credentials.client.secret", "x"],
  ["delegation.token.secret.key", "x"],
  ["sasl.jaas.config", 'x.PlainLoginModule required username="a" password="b";'],
  // What else there is.
  ["schema.registry.basic.auth.user.info", "me:x"],
  ["connection.url", "https://me:x@search:9200"],
  ["aws.secret.access.key", "x"],
  ["api_key", "x"],
  ["authtoken", "x"],
  ["db.pass", "x"],
  ["headers", '{"a": [{"token": "x"}]}'],
  ["half.a.password", "x${file:/a:b}"],
];

const secrets: readonly Row[] = places.flatMap(([path, write]) =>
  secretValues.map(([key, value]): Row => [
    `${key} in clear in ${path}`,
    write({ [key]: value }),
    "CDC-304",
    `${path}.${key}`,
    /\$\{file:/,
  ]),
);

const classes: readonly Row[] = [
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

const texts: readonly Row[] = [
  ...places
    .slice(-2)
    .map(([path, write]): Row => [
      `a line break in ${path}`,
      write({ "some.property": "x\nplugin.path=/tmp" }),
      "CDC-110",
      `${path}.some.property`,
      /on one line/,
    ]),
  ...places.map(([path, write]): Row => [
    `a control character in ${path}`,
    write({ "some.property": "a\u0000b" }),
    "CDC-110",
    `${path}.some.property`,
    /remove the character/,
  ]),
  ...places.map(([path, write]): Row => [
    `a name with a line break in ${path}`,
    write({ "x\nlisteners": "y" }),
    "CDC-111",
    path,
    /correct the name/,
  ]),
  ["a broker's property in capitals", broker({ "Log.Dirs": "/x" }), "CDC-111", "cdc:kafka.properties", /correct/],
  ["a broker's property with =", broker({ "a=b": "/x" }), "CDC-111", "cdc:kafka.properties", /correct/],
  ["Java's options as a broker's", broker({ opts: "-Dx" }), "CDC-302", "cdc:kafka.properties.opts", /heapMiB/],
  [
    "a line break in an option",
    mysql({ init_connect: "a\nb" }),
    "CDC-110",
    "cdc:mysql.options.init_connect",
    /one line/,
  ],
  ["an option with =", mysql({ "binlog-format=MIXED --x": "1" }), "CDC-111", "cdc:mysql.options", /correct/],
  [
    "a password of a server",
    mysql({ authentication_ldap_simple_bind_root_pwd: "x" }),
    "CDC-304",
    "cdc:mysql.options.authentication_ldap_simple_bind_root_pwd",
    /cdc:mysql\.image/,
  ],
];

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
  ["a name that Docker refuses", shard({ name: "A b" }), "CDC-104", "cdc:shards[0].name", /write .*: a-b$/],
  ["a name that ends in a dash", shard({ name: "a-" }), "CDC-104", "cdc:shards[0].name", /write .*: a$/],
  ["a name with _", shard({ name: "eu-west_1" }), "CDC-104", "cdc:shards[0].name", /write .*: eu-west-1$/],
  ["a name with capitals", shard({ name: "Shard.A" }), "CDC-104", "cdc:shards[0].name", /write .*: shard-a$/],
  ["a name with accents", shard({ name: "Zürich" }), "CDC-104", "cdc:shards[0].name", /write .*: zurich$/],
  [
    "a name of other letters",
    { shards: [a, { ...b, name: "샤드" }] },
    "CDC-104",
    "cdc:shards[1].name",
    /write .*: shard1$/,
  ],
  ["a number for a name", shard({ name: 3 }), "CDC-102", "cdc:shards[0].name", /in quotes, .*: name: "3"$/],
  ["a number for a version", { mysql: { version: 8.4 } }, "CDC-102", "cdc:mysql.version", /version: "8\.4"$/],
  ["a switch for a prefix", shard({ topicPrefix: true }), "CDC-102", "cdc:shards[0].topicPrefix", /: "true"$/],
  ["a prefix with a blank", shard({ topicPrefix: "a b" }), "CDC-104", "cdc:shards[0].topicPrefix", /write .*: a-b$/],
  ["a prefix of one dot", shard({ topicPrefix: "." }), "CDC-104", "cdc:shards[0].topicPrefix", /write .*: shard0$/],
  [
    "a history topic with a slash",
    shard({ schemaHistoryTopic: "a/b" }),
    "CDC-104",
    "cdc:shards[0].schemaHistoryTopic",
    /write .*: a-b$/,
  ],
  [
    "a table without its database",
    { tables: ["customers", "products.stock"] },
    "CDC-104",
    "cdc:tables[0]",
    /write DATABASE\.customers, for example products\.customers; if it is a database, customers\.\* /,
  ],
  [
    "a shard's table without its database",
    shard({ tables: ["stock"] }),
    "CDC-104",
    "cdc:shards[0].tables[0]",
    /for example products\.stock; /,
  ],
  ["every table by a star", { tables: ["*"] }, "CDC-104", "cdc:tables[0]", /write \*\.\* for every table/],
  ["a LIKE for tables", { tables: ["products.%"] }, "CDC-104", "cdc:tables[0]", /did you mean products\.\*\?/],
  ["a regular expression", { tables: ["products\\..*"] }, "CDC-104", "cdc:tables[0]", /did you mean products\.\*\?/],
  [
    "a regular expression of a shard's",
    shard({ tables: ["^products\\.order_[0-9]+$"] }),
    "CDC-104",
    "cdc:shards[0].tables[0]",
    /did you mean products\.order_\*\? .*regular expressions are not taken/,
  ],
  [
    "a regular expression with a choice",
    { tables: ["shop.(a|b)", "shop.x"] },
    "CDC-104",
    "cdc:tables[0]",
    /write patterns such as shop\.\* or shop\.order_\?, or each table/,
  ],
  ["a table in backquotes", { tables: ["`products`.`stock`"] }, "CDC-104", "cdc:tables[0]", /write products\.stock, /],
  ["a name with three parts", { tables: ["a.b.c"] }, "CDC-104", "cdc:tables[0]", /change/],
  ["a name beyond U+FFFF", { tables: ["shop.\u{20000}"] }, "CDC-104", "cdc:tables[0]", /change/],
  [
    "a pattern for a table's topic",
    { topics: { tables: { "products.*": { cleanup: "delete" } } } },
    "CDC-104",
    "cdc:topics.tables.products.*",
    /an entry for each table.*by its name/,
  ],
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
    "truncations on compacted topics",
    { connectors: { skipOperations: [] }, readSide: { enabled: false } },
    "CDC-860",
    "cdc:connectors.skipOperations",
    /add t to skipOperations/,
  ],
  [
    "a shard's own column of a table that another one captures",
    {
      shards: [
        { name: "a", port: 4000, tables: ["products.stock"], excludeColumns: ["products.products.name"] },
        { name: "b", port: 4001 },
      ],
    },
    "CDC-211",
    "cdc:shards[0].excludeColumns[0]",
    /correct the name/,
  ],
  [
    "a column that MySQL could not have",
    { excludeColumns: ["products.products.`name"] },
    "CDC-104",
    "cdc:excludeColumns[0]",
    /change cdc:excludeColumns/,
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
  ["a pattern that fits nothing", { tables: ["shop.*"] }, "CDC-217", "cdc:tables[0]", /correct the pattern/],
  [
    "a shard's pattern of other capitals",
    shard({ tables: ["products.stock", "products.S*"] }),
    "CDC-217",
    "cdc:shards[0].tables[1]",
    /upper and lower case differ/,
  ],
  ["a pattern of the pipeline's own", { tables: ["cdc.*"] }, "CDC-217", "cdc:tables[0]", /correct the pattern/],
  [
    "a pattern where no file says which tables there are",
    { schema: "", tables: ["my-shop.*"] },
    "CDC-217",
    "cdc:tables[0]",
    /write the tables one by one \(SHOW TABLES FROM `my-shop` on the server/,
  ],
  [
    "two tables on one topic",
    { schema: "", tables: ["쇼핑.주문", "쇼핑.상품"] },
    "CDC-218",
    "topic shard0.__.__",
    /capture one of the two only, or give one a name/,
  ],
  [
    "two shards' tables on one merged topic",
    {
      schema: "",
      connectors: { merge: { prefix: "all" } },
      shards: [
        { name: "a", port: 4000, tables: ["shop.a$"] },
        { name: "b", port: 4001, tables: ["shop.a@"] },
      ],
    },
    "CDC-218",
    "topic all.shop.a_",
    /capture one of the two/,
  ],
  ["a table with a space in its name", { tables: ["shop.order items"] }, "CDC-104", "cdc:tables[0]", /change/],
  ["a pattern twice", { tables: ["products.*", "products.*"] }, "CDC-214", "cdc:tables[1]", /remove one/],
  [
    "a pattern of tables out of the index that fits none captured",
    readSide({ excludeTables: ["products.log_*"] }),
    "CDC-216",
    "cdc:readSide.excludeTables[0]",
    /correct the name/,
  ],
  [
    "a topic of a table that is not captured",
    { topics: { tables: { "products.stok": { cleanup: "delete" } } } },
    "CDC-216",
    "cdc:topics.tables.products.stok",
    /capture the table/,
  ],
  [
    "a table out of the index that is not captured",
    readSide({ excludeTables: ["products.stok"] }),
    "CDC-216",
    "cdc:readSide.excludeTables[0]",
    /correct the name/,
  ],
  [
    "a retention of one table's compacted topic",
    { topics: { tables: { "products.stock": { retentionHours: 1 } } } },
    "CDC-404",
    "cdc:topics.tables.products.stock.retentionHours",
    /cleanup: compact,delete/,
  ],
  ["rows larger than a request may be", { topics: { maxRowMiB: 1000 } }, "CDC-103", "cdc:topics.maxRowMiB", /change/],
  [
    "a producer's limit beside the rows'",
    connector({ "producer.override.max.request.size": 1 }),
    "CDC-302",
    "cdc:connectors.properties.producer.override.max.request.size",
    /set cdc:topics\.maxRowMiB instead/,
  ],
  [
    "a filter of DDL beside the plan's",
    connector({ "internal.schema.history.internal.ddl.filter": ".*" }),
    "CDC-302",
    "cdc:connectors.properties.internal.schema.history.internal.ddl.filter",
    /set cdc:connectors\.skipDdl instead/,
  ],
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
  [
    "another zone for the sessions of snapshots",
    connector({ "driver.sessionVariables": "sql_mode='', @@session.time_zone='+09:00'" }),
    "CDC-302",
    "cdc:connectors.properties.driver.sessionVariables",
    /leave time_zone out of it/,
  ],
  ...["preserveInstants", "forceConnectionTimeZoneToSession"].flatMap((name): Row[] => [
    [
      `${name} of the driver`,
      connector({ [`driver.${name}`]: true }),
      "CDC-302",
      `cdc:connectors.properties.driver.${name}`,
      /remove it/,
    ],
    [
      `${name} of the driver, by its other prefix`,
      connector({ [`database.${name}`]: true }),
      "CDC-302",
      `cdc:connectors.properties.database.${name}`,
      /remove it/,
    ],
  ]),
  [
    "the sessions' variables by their other prefix, which would win",
    connector({ "database.sessionVariables": "wait_timeout=60" }),
    "CDC-302",
    "cdc:connectors.properties.database.sessionVariables",
    /rename it to driver\.sessionVariables/,
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
    /write \$\{file:\/run\/secrets\/FILE:KEY\}/,
  ],
  ...secrets,
  ...classes,
  ...texts,
  [
    "dead letters on a source",
    connector({ "errors.deadletterqueue.topic.name": "dlq" }),
    "CDC-305",
    "cdc:connectors.properties.errors.deadletterqueue.topic.name",
    /remove it/,
  ],
  [
    "transforms beside merge",
    { connectors: { merge: { prefix: "m" }, properties: { "transforms.x.type": router } } },
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
    {
      shards: [
        a,
        { ...b, connectorProperties: { "value.converter": "org.apache.kafka.connect.storage.StringConverter" } },
      ],
    },
    "CDC-424",
    "cdc:shards[1].connectorProperties",
    /cdc:connectors\.converter/,
  ],
  [
    "a table of which no index name can be made",
    { schema: "", tables: ["__.--"] },
    "CDC-428",
    "cdc:tables",
    /excludeTables: \["__\.--"\]/,
  ],
  [
    "a table whose index name is too long",
    { schema: "", tables: [`${"가".repeat(64)}.${"나".repeat(64)}`] },
    "CDC-428",
    "cdc:tables",
    /another name/,
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
  ["a bound shorter than heartbeats", { maxDelaySeconds: 14 }, "CDC-414", "cdc:maxDelaySeconds", /: 15,/],
  ["a bound of nothing", { maxDelaySeconds: 0 }, "CDC-103", "cdc:maxDelaySeconds", /cdc:maxDelaySeconds/],
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

/** Spellings of one option; `skip` and its like set the value, whatever is written behind them. */
const modified: readonly Row[] = (
  [
    ["loose-binlog-format", "STATEMENT", "CDC-501"],
    ["loose_binlog_row_image", "MINIMAL", "CDC-502"],
    ["LOOSE-Binlog_Row-Image", "MINIMAL", "CDC-502"],
    ["enable-binlog-row-image", "FULL", "CDC-502"],
    ["skip-log-bin", "false", "CDC-504"],
    ["disable_log-bin", "", "CDC-504"],
    ["loose-enable-skip-log-bin", "1", "CDC-504"],
    ["--skip-gtid-mode", "ON", "CDC-506"],
    ["maximum-innodb-buffer-pool-size", "1G", "CDC-507"],
    ["loose-server-id", "9", "CDC-507"],
    ["loose-init-file", "/x", "CDC-507"],
    ["loose-binlog-row-value-options", "PARTIAL_JSON", "CDC-503"],
    ["enable-read-only", "0", "CDC-510"],
    ["loose-lower-case-table-names", "1", "CDC-513"],
    ["loose-daemonize", "ON", "CDC-514"],
    // Another spelling of something harmless would count beside ours, or not at all.
    ["loose-binlog-format", "ROW", "CDC-511"],
    ["enable-performance-schema", "ON", "CDC-511"],
    ["skip-mysqlx", "0", "CDC-511"],
    ["disable-read-only", "1", "CDC-511"],
    ["binlog_form", "STATEMENT", "CDC-511"],
    ["loose-binlog-form", "STATEMENT", "CDC-511"],
    ["server-i", "9", "CDC-511"],
    ["character-set-serv", "latin1", "CDC-511"],
    ["u", "root", "CDC-511"],
  ] as const
).map(([name, value, code]) => [
  `${name}=${value}`,
  mysql({ [name]: value }),
  code,
  `cdc:mysql.options.${name.replace(/^--/, "").replaceAll("-", "_").toLowerCase()}`,
  /./,
]);

const unusable: readonly Row[] = [
  ...Object.entries({
    innodb_data_file_path: "ibdata1:50M:autoextend",
    innodb_data_home_dir: "/x",
    innodb_log_group_home_dir: "/x",
    innodb_page_size: "8k",
    innodb_undo_directory: "/x",
    lower_case_table_names: 1,
  }).map(([name, value]): Row => [
    `${name} after the data directory was made`,
    mysql({ [name]: value }),
    "CDC-513",
    `cdc:mysql.options.${name}`,
    /remove it/,
  ]),
  [
    "tables without accounts",
    mysql({ skip_grant_tables: true }),
    "CDC-514",
    "cdc:mysql.options.skip_grant_tables",
    /remove/,
  ],
  ["mysqld's help", mysql({ help: true }), "CDC-514", "cdc:mysql.options.help", /remove/],
  [
    "one option in two spellings",
    mysql({ "max-connections": 5, max_connections: 6 }),
    "CDC-512",
    "cdc:mysql.options.max_connections",
    /remove one/,
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

function problemsOf(raw: Fields): readonly Problem[] {
  try {
    planWith(raw);
  } catch (error) {
    if (error instanceof ProblemError) return error.problems;
    throw error;
  }
  return [];
}

const all = [...fields, ...clashes, ...names, ...combinations, ...options, ...modified, ...unusable, ...versions];

test("there are at least 60 of them", () => {
  expect(all.length).toBeGreaterThanOrEqual(60);
});

describe.each([
  ["a field alone", fields],
  ["between fields", clashes],
  ["names and keys", names],
  ["combinations", combinations],
  ["MySQL options", options],
  ["MySQL options in other spellings", modified],
  ["MySQL options that leave no server", unusable],
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
    ["other variables of snapshots' sessions", connector({ "driver.sessionVariables": "wait_timeout=86400" })],
    ["a placeholder for a password", connector({ "signal.kafka.password": "${file:/run/secrets/x:y}" })],
    ...places.map(([path, write]): [string, Fields] => [
      `what only looks like a secret, in ${path},`,
      write({
        "token.endpoint.url": "https://host:1/x",
        "password.policy": "long",
        "ssl.truststore.certificates": "-----BEGIN CERTIFICATE-----",
        "my.sasl.jaas.config": 'x.PlainLoginModule required password="${file:/run/secrets/a:b}";',
        "url.with.placeholder": "https://me:${file:/run/secrets/a:b}@host",
        "ssl.key.password": "${file:/run/secrets/a:b}",
        "delegation.token.max.lifetime.ms": 5,
        "use.token": true,
      }),
    ]),
    [
      "classes of an image of one's own",
      { ...broker({}), kafka: { image: "k:1" }, ...worker({ "key.converter": avro }) },
    ],
    [
      "classes of another sink's plugin",
      {
        ...readSide({
          sink: {
            class: "a.B",
            properties: { "value.converter": avro },
            plugin: { archive: "x.tgz", sha256: "0".repeat(64) },
          },
        }),
      },
    ],
    [
      "SQL of several lines in a connector",
      connector({ "snapshot.select.statement.overrides.shop.a": "SELECT *\n\tFROM shop.a" }),
    ],
    [
      "options that are what the data directory was made with",
      mysql({ lower_case_table_names: 0, innodb_page_size: "16K", innodb_data_file_path: "ibdata1:12M:autoextend" }),
    ],
    [
      "options that begin like modifiers, and modified ones of which nothing is said,",
      mysql({
        "skip-name-resolve": true,
        "enable-cascade-triggers": false,
        "skip-external-locking": 1,
        "loose-group_replication_start_on_boot": "OFF",
        "skip-grant-tables": false,
        log_replica_updates: true,
        slave_parallel_workers: 4,
        log_bin_index: "x",
        wait_timeout: 60,
      }),
    ],
    [
      "a plugin of MySQL's that is named like a secret",
      { images: "official", mysql: { version: "8.4", options: { "mysql-native-password": "ON" } } },
    ],
    [
      "an option that went later than this version",
      { images: "official", mysql: { version: "8.0", options: { expire_logs_days: 3 } } },
    ],
    ["no tombstones where nothing is compacted", { topics: { cleanup: "delete" }, connectors: { tombstones: false } }],
    ["transforms of one's own", connector({ transforms: "x", "transforms.x.type": router })],
    ["truncations on topics that delete", { connectors: { skipOperations: [] }, topics: { cleanup: "delete" } }],
    [
      "truncations with a read side, which have a topic of their own",
      { connectors: { skipOperations: [] }, readSide: { enabled: true } },
    ],
    [
      "columns of any name",
      { excludeColumns: ["products.products.`price.net`", "products.products.a, b", "products.stock.가 격"] },
    ],
    [
      "a shared column of a table that only one shard captures",
      {
        shards: [
          { name: "a", port: 4000, tables: ["products.stock"] },
          { name: "b", port: 4001 },
        ],
        maskColumns: ["products.products.name"],
      },
    ],
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
      { maxDelaySeconds: 90, guard: { stallSeconds: 90 }, ...connector({ "heartbeat.interval.ms": 30_000 }) },
    ],
    ["equal pauses", { guard: { restartAfterSeconds: [0, 60, 60] } }],
    ["channels as the plan has them", connector({ "signal.enabled.channels": "source" })],
    ["tables made elsewhere", { schema: "", tables: ["shop.orders"] }],
    ["names of every script", { schema: "", tables: ["쇼핑.주문", "my-shop.line-items", "shop.price$"] }],
    ["tables by patterns", { tables: ["*.*", "products.st?ck"] }],
    ["tables by patterns and by name", shard({ tables: ["products.stock", "products.*"] })],
    [
      "tables of a pattern with a topic of their own",
      { tables: ["products.*"], topics: { tables: { "products.stock": { cleanup: "delete" } } } },
    ],
    ["tables out of the index by a pattern", readSide({ excludeTables: ["products.st*"] })],
    ["a retention with a cleanup that deletes", { topics: { cleanup: "compact,delete", retentionHours: 24 } }],
  ])("%s are taken", (_what, raw) => {
    expect(problemsOf(raw)).toEqual([]);
  });

  test("every code that the sources have is explained in docs/refusals.md, and no other", () => {
    const root = join(import.meta.dirname, "..", "..");
    const codesIn = (text: string) => new Set(text.match(/CDC-\d{3}/g) ?? []);
    const sources = ["plan", "config", "preflight", "provider", "schema", "clients/debezium/history", "flow"].flatMap(
      (folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
          .filter((file) => file.endsWith(".ts"))
          .map((file) => readFileSync(join(root, folder, file), "utf8")),
    );
    const explained = codesIn(readFileSync(join(root, "docs", "refusals.md"), "utf8"));
    expect([...explained].toSorted()).toEqual([...codesIn(sources.join("\n"))].toSorted());
  });
});
