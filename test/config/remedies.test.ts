/** Every refusal of a configuration names a way out: it is taken as it is written, and nothing is refused any more. */
import { afterAll, expect, test } from "vitest";
import type { Problem } from "../../lib/problem.ts";
import { checkVersions } from "../../plan/compatibility.ts";
import { debeziumVersion, kafkaVersion, mysqlVersion } from "../../lib/versions.ts";
import { certFile, keyFile, removeFiles, showing } from "./refusals/client-certificate.ts";
import { problemsOf } from "../support/config.ts";

afterAll(removeFiles);

type Fields = Record<string, unknown>;
/** @param said the groups of the remedy's pattern. @returns a configuration for each way that the message names. */
type Mend = (...said: readonly string[]) => readonly Fields[];
type Row = readonly [code: Problem["code"], bad: Fields, remedy: RegExp, mend: Mend];

const a = { name: "a", port: 4000 };
const b = { name: "b", port: 4001 };
const one = (fields: Fields): Fields => ({ shards: [{ ...a, ...fields }] });
const two = (ofFirst: Fields, ofSecond: Fields = ofFirst): Fields => ({
  shards: [
    { ...a, ...ofFirst },
    { ...b, ...ofSecond },
  ],
});
const db = { host: "db1.example.com", user: "capture", password: { secure: "v1:x" } };
const elsewhere = (fields: Fields): Fields => ({ shards: [{ name: "a", mysql: { ...db, ...fields } }] });
const existing = { bootstrapServers: ["b1.example.com:9096"] };
const token = {
  mechanism: "OAUTHBEARER",
  tokenEndpoint: "https://id.example.com/token",
  clientId: "cdc",
  clientSecret: { secure: "v1:x" },
};
const mysql = (options: Fields): Fields => ({ mysql: { options } });
const connector = (properties: Fields): Fields => ({ connectors: { properties } });
const readSide = (more: Fields): Fields => ({ readSide: { enabled: true, ...more } });
const image = { image: "registry.example/kafka:1" };
const route = "org.apache.kafka.connect.transforms.RegexRouter";
const offset = { file: "mysql-bin.000003", position: 154, gtids: "cb74078b-e59a-11f1-9171-0242ac150004:1-55" };
const text = "org.apache.kafka.connect.storage.StringConverter";
const archive = { archive: "plugins/sink.tar.gz", sha256: "0".repeat(64) };

/** What the remedy says is to go, or to be left to its default, is gone. */
const gone: Mend = () => [{}];

const rows: readonly Row[] = [
  ["CDC-101", { shcema: "products" }, /did you mean (\w+)\? rename or remove/, (name) => [{ [name]: "products" }, {}]],
  ["CDC-102", { shards: 0 }, /change cdc:shards/, () => [{ shards: 1 }, { shards: [{ name: "shard0", port: 3308 }] }]],
  ["CDC-103", { maxDelaySeconds: 0 }, /change cdc:(\w+)/, (field) => [{ [field]: 15 }, { [field]: 86_400 }]],
  ["CDC-104", { tables: ["products.%"] }, /did you mean ([\w.*]+)\?/, (table) => [{ tables: [table] }]],
  ["CDC-105", { images: "mine" }, /change cdc:(\w+)/, (field) => [{ [field]: "official" }, { [field]: "packages" }]],
  [
    "CDC-106",
    { guard: { image: "node:latest" } },
    /change cdc:guard\.image/,
    () => [{ guard: { image: "node:24.1.0" } }],
  ],
  ["CDC-107", { timeZone: "KST" }, /write cdc:timeZone: (\S+)$/, (zone) => [{ timeZone: zone }]],
  [
    "CDC-108",
    { connectors: { snapshotMode: "schema_only" } },
    /write cdc:connectors\.snapshotMode: (\w+)/,
    (snapshotMode) => [{ connectors: { snapshotMode } }],
  ],
  ["CDC-109", { schema: "prodcuts" }, /or name one of these/, () => [{ schema: "products" }]],
  [
    "CDC-110",
    { connect: { properties: { "some.property": "a\u0000b" } } },
    /remove the character/,
    () => [{ connect: { properties: { "some.property": "ab" } } }],
  ],
  [
    "CDC-111",
    { kafka: { properties: { "Log.Cleaner.Threads": "1" } } },
    /correct the name, or remove/,
    () => [{ kafka: { properties: { "log.cleaner.threads": "1" } } }, {}],
  ],
  // What Pulumi writes for the command that is named.
  [
    "CDC-112",
    elsewhere({ password: "s3cret" }),
    /(pulumi config set --secret --path) 'cdc:shards\[0\]\.mysql\.password'/,
    () => [elsewhere({})],
  ],
  [
    "CDC-113",
    elsewhere({ tls: { caFile: "LICENSE" } }),
    /name a PEM file, relative to the checkout/,
    () => [elsewhere({ tls: { caFile: "test/support/authority.pem" } })],
  ],
  [
    "CDC-114",
    showing({ certFile: "LICENSE", keyFile }),
    /name a PEM file, relative to the checkout/,
    () => [showing({ certFile, keyFile })],
  ],
  [
    "CDC-236",
    showing({ certFile }),
    /name the key by cdc:kafka\.existing\.tls\.(keyFile), a file of mode 0600, or cdc:kafka\.existing\.tls\.(key), a secret/,
    (file = "", secret = "") => [
      showing({ certFile, [file]: keyFile }),
      showing({ certFile, [secret]: { secure: "v1:x" } }),
    ],
  ],
  [
    "CDC-230",
    { shards: [{ name: "a" }] },
    /write cdc:shards\[0\]\.(\w+) for a server .* or cdc:shards\[0\]\.(\w+) for one/,
    (ours, theirs) => [
      { shards: [{ name: "a", [ours ?? ""]: 4000 }] },
      { shards: [{ name: "a", [theirs ?? ""]: db }] },
    ],
  ],
  ["CDC-231", { shards: [{ name: "a", mysql: db, memoryMiB: 512 }] }, /take it out/, () => [elsewhere({})]],
  [
    "CDC-232",
    elsewhere({ host: "localhost" }),
    /write a name or an address of the machine/,
    () => [elsewhere({ host: "10.0.0.1" }), elsewhere({ host: "build-7" })],
  ],
  [
    "CDC-235",
    { kafka: { existing, brokers: 3 } },
    /take it out, or take cdc:kafka\.existing out/,
    () => [{ kafka: { existing } }, { kafka: { brokers: 3 } }],
  ],
  [
    "CDC-237",
    { kafka: { existing: { ...existing, sasl: { ...token, user: "cdc" } } } },
    /take it out/,
    () => [{ kafka: { existing: { ...existing, sasl: token } } }],
  ],
  [
    "CDC-238",
    { kafka: { version: "3.9.1", existing: { ...existing, sasl: token } } },
    /write cdc:kafka\.(\w+): (\S+)$/,
    (field = "", version) => [{ kafka: { [field]: version, existing: { ...existing, sasl: token } } }],
  ],
  [
    "CDC-239",
    elsewhere({ createAccount: { user: db.user, password: db.password } }),
    /name the administrator's account there, or take cdc:shards\[0\]\.mysql\.createAccount out/,
    () => [elsewhere({ createAccount: { user: "admin", password: db.password } }), elsewhere({})],
  ],
  [
    "CDC-442",
    { ...elsewhere({ tls: false }), security: "tls" },
    /take the field out, or write cdc:security: plain/,
    () => [
      { ...elsewhere({}), security: "tls", readSide: { enabled: false } },
      { ...elsewhere({ tls: false }), security: "plain" },
    ],
  ],
  [
    "CDC-233",
    {
      shards: [
        { name: "a", mysql: db },
        { name: "b", mysql: db },
      ],
    },
    /take one of the two out/,
    () => [elsewhere({})],
  ],
  ["CDC-201", { shards: [a, { ...b, name: "a" }] }, /give one of the shards another name/, () => [two({})]],
  [
    "CDC-202",
    readSide({ page: { port: 8083 } }),
    /give one of them another port/,
    () => [readSide({ page: { port: 8084 } })],
  ],
  [
    "CDC-203",
    two({ serverId: 7 }),
    /another serverId; left out, it follows from the port/,
    () => [two({ serverId: 7 }, { serverId: 8 }), two({})],
  ],
  ["CDC-204", two({ connector: "c" }), /another connector name/, () => [two({ connector: "c" }, { connector: "d" })]],
  [
    "CDC-205",
    two({ topicPrefix: "p" }),
    /another topicPrefix; left out, it is the shard's name/,
    () => [two({ topicPrefix: "p" }, { topicPrefix: "q" }), two({})],
  ],
  [
    "CDC-206",
    two({ schemaHistoryTopic: "h" }),
    /another schemaHistoryTopic; left out, it follows/,
    () => [two({ schemaHistoryTopic: "h" }, { schemaHistoryTopic: "i" }), two({})],
  ],
  [
    "CDC-207",
    one({ schemaHistoryTopic: "connect-offsets" }),
    /change the prefix, history topic or table/,
    () => [one({ schemaHistoryTopic: "history" })],
  ],
  ["CDC-208", { portOffset: 60_000 }, /choose a smaller portOffset/, () => [{ portOffset: 50_000 }]],
  [
    "CDC-209",
    { topics: { replicationFactor: 2 } },
    /lower it to (\d), or raise cdc:kafka\.brokers/,
    (factor) => [
      { topics: { replicationFactor: Number(factor) } },
      { topics: { replicationFactor: 2 }, kafka: { brokers: 2 } },
    ],
  ],
  [
    "CDC-219",
    { kafka: { brokers: 2, controllers: 3 } },
    /raise cdc:kafka\.brokers to (\d), or leave cdc:kafka\.controllers out/,
    (brokers) => [{ kafka: { brokers: Number(brokers), controllers: 3 } }, { kafka: { brokers: 2 } }],
  ],
  [
    "CDC-211",
    { excludeColumns: ["products.stok.reserved"] },
    /correct the name, or capture its table/,
    () => [{ excludeColumns: ["products.stock.reserved"] }],
  ],
  [
    "CDC-212",
    { schema: "", tables: ["cdc.probe"] },
    /name tables of your own databases/,
    () => [{ schema: "", tables: ["shop.probe"] }],
  ],
  [
    "CDC-213",
    { tables: ["products.prodcuts"] },
    /correct the name, or leave cdc:schema empty/,
    () => [{ tables: ["products.products"] }, { tables: ["products.prodcuts"], schema: "" }],
  ],
  [
    "CDC-214",
    { tables: ["products.stock", "products.stock"] },
    /remove one of the two/,
    () => [{ tables: ["products.stock"] }],
  ],
  [
    "CDC-216",
    readSide({ excludeTables: ["products.stok"] }),
    /correct the name, .*, or take the entry out/,
    () => [readSide({ excludeTables: ["products.stock"] }), readSide({})],
  ],
  [
    "CDC-217",
    { tables: ["shop.*"] },
    /correct the pattern \(\* stands for any text/,
    () => [{ tables: ["products.*"] }],
  ],
  [
    "CDC-218",
    { schema: "", tables: ["쇼핑.주문", "쇼핑.상품"] },
    /capture one of the two only, or give one a name/,
    () => [
      { schema: "", tables: ["쇼핑.주문"] },
      { schema: "", tables: ["쇼핑.주문", "쇼핑.items"] },
    ],
  ],
  [
    "CDC-301",
    connector({ "database.history.skip.unparseable.ddl": "true" }),
    /rename it to (\S+), or remove it/,
    (name) => [connector({ [name]: "true" }), {}],
  ],
  [
    "CDC-302",
    { kafka: { properties: { opts: "-Xmx1g" } } },
    /remove it; the heap is cdc:(kafka)\.(heapMiB)/,
    (at, heap) => [{ [at]: { [heap]: 1024 } }],
  ],
  [
    "CDC-303",
    connector({ "snapshot.mode": "schema_only" }),
    /write cdc:connectors\.snapshotMode: (\w+)/,
    (mode) => [{ connectors: { snapshotMode: mode } }],
  ],
  [
    "CDC-304",
    connector({ "signal.kafka.password": "x" }),
    /\(cdc:kafka\.image\), and write (\$\{file:\S+\})$/,
    (place) => [{ ...connector({ "signal.kafka.password": place }), kafka: image }],
  ],
  [
    "CDC-305",
    connector({ "errors.deadletterqueue.topic.name": "dlq" }),
    /remove it; cdc:(connectors)\.(errors) says/,
    (at, field) => [{ [at]: { [field]: { tolerance: "all", log: true } } }],
  ],
  [
    "CDC-306",
    { connectors: { merge: { prefix: "m" }, properties: { transforms: "x", "transforms.x.type": route } } },
    /use merge and unwrap, or transforms of your own/,
    () => [{ connectors: { merge: { prefix: "m" } } }],
  ],
  [
    "CDC-307",
    connector({ "value.converter": "org.example.Avro" }),
    /use a converter of theirs, or a Kafka image/,
    () => [
      { connectors: { converter: "json" } },
      { ...connector({ "value.converter": "org.example.Avro" }), kafka: image },
    ],
  ],
  [
    "CDC-401",
    { connectors: { tombstones: false } },
    /leave tombstones at true, or write topics\.cleanup: (\w+)/,
    (cleanup) => [{ connectors: { tombstones: true } }, { connectors: { tombstones: false }, topics: { cleanup } }],
  ],
  [
    "CDC-402",
    { connectors: { unwrap: { deletes: "drop" } }, readSide: { enabled: false } },
    /write deletes: (\S+) \(or ([\w-]+)\), or topics\.cleanup: (\w+)/,
    (deletes, rewrite, cleanup) => [
      { connectors: { unwrap: { deletes } } },
      { connectors: { unwrap: { deletes: rewrite } } },
      { connectors: { unwrap: { deletes: "drop" } }, readSide: { enabled: false }, topics: { cleanup } },
    ],
  ],
  [
    "CDC-403",
    { connectors: { errors: { tolerance: "all", log: false } } },
    /leave log at (true), or write tolerance: (\w+)/,
    (_, tolerance) => [
      { connectors: { errors: { tolerance: "all", log: true } } },
      { connectors: { errors: { tolerance, log: false } } },
    ],
  ],
  [
    "CDC-404",
    { topics: { retentionHours: 24 } },
    /write cleanup: (\S+) \(or (\w+)\), or leave retentionHours out/,
    (both, del) => [
      { topics: { retentionHours: 24, cleanup: both } },
      { topics: { retentionHours: 24, cleanup: del } },
      {},
    ],
  ],
  [
    "CDC-405",
    { connectors: { merge: { prefix: "shard0" } } },
    /choose another merge\.prefix/,
    () => [{ connectors: { merge: { prefix: "all" } } }],
  ],
  [
    "CDC-407",
    { connectors: { skipOperations: ["d", "t"] }, readSide: { enabled: false } },
    /take d out of skipOperations, or write topics\.cleanup: (\w+)/,
    (cleanup) => [
      { connectors: { skipOperations: ["t"] } },
      { connectors: { skipOperations: ["d", "t"] }, readSide: { enabled: false }, topics: { cleanup } },
    ],
  ],
  [
    "CDC-408",
    { ...two({}), ...connector({ "transforms.m.type": route, "transforms.m.replacement": "all" }) },
    /use cdc:(connectors)\.(merge), which adds the shard to the key/,
    (at, merge) => [{ ...two({}), [at]: { [merge]: { prefix: "all" } } }],
  ],
  [
    "CDC-409",
    one({ initialOffset: offset }),
    /write cdc:shards\[0\]\.snapshotMode: (\w+), or leave initialOffset out/,
    (mode) => [one({ initialOffset: offset, snapshotMode: mode }), one({})],
  ],
  [
    "CDC-410",
    { guard: { stallSeconds: 14 } },
    /write stallSeconds: (\d+), or lower heartbeat\.interval\.ms/,
    (seconds) => [
      { guard: { stallSeconds: Number(seconds) } },
      { guard: { stallSeconds: 14 }, ...connector({ "heartbeat.interval.ms": 4000 }) },
    ],
  ],
  [
    "CDC-411",
    connector({ "heartbeat.interval.ms": 0 }),
    /\((\d+)\), or set cdc:guard\.enabled to false/,
    (ms) => [
      connector({ "heartbeat.interval.ms": Number(ms) }),
      { ...connector({ "heartbeat.interval.ms": 0 }), guard: { enabled: false } },
    ],
  ],
  [
    "CDC-412",
    { guard: { checkSeconds: 20 } },
    /lower it to (\d+), or raise stallSeconds/,
    (seconds) => [{ guard: { checkSeconds: Number(seconds) } }, { guard: { checkSeconds: 20, stallSeconds: 40 } }],
  ],
  [
    "CDC-413",
    { guard: { restartAfterSeconds: [0, 120, 60] } },
    /sort the list from short to long/,
    () => [{ guard: { restartAfterSeconds: [0, 60, 120] } }],
  ],
  [
    "CDC-414",
    { maxDelaySeconds: 14 },
    /write maxDelaySeconds: (\d+), or lower heartbeat\.interval\.ms/,
    (seconds) => [
      { maxDelaySeconds: Number(seconds) },
      { maxDelaySeconds: 14, ...connector({ "heartbeat.interval.ms": 4000 }) },
    ],
  ],
  [
    "CDC-415",
    { guard: { enabled: false }, monitoring: { enabled: true } },
    /set cdc:guard\.enabled to (true), or cdc:monitoring\.enabled to false/,
    () => [
      { guard: { enabled: true }, monitoring: { enabled: true } },
      { guard: { enabled: false }, monitoring: { enabled: false } },
    ],
  ],
  [
    "CDC-416",
    { monitoring: { prometheus: { enabled: true } } },
    /set cdc:monitoring\.enabled to (true), or cdc:monitoring\.prometheus\.enabled to false/,
    () => [
      { monitoring: { enabled: true, prometheus: { enabled: true } } },
      { monitoring: { prometheus: { enabled: false } } },
    ],
  ],
  [
    "CDC-440",
    { security: "tls", readSide: { enabled: true } },
    /write cdc:readSide\.enabled: (false), or cdc:security: (plain)/,
    (no, plain) => [
      { security: "tls", readSide: { enabled: no === "true" } },
      { security: plain, readSide: { enabled: true } },
    ],
  ],
  [
    "CDC-441",
    { rotation: { kafkaAccounts: "2026-12" } },
    /remove cdc:(rotation)\.(kafkaAccounts)/,
    (rotation, field) => [
      { [rotation]: {} },
      { security: "tls", readSide: { enabled: false }, [rotation]: { [field]: "2026-12" } },
    ],
  ],
  [
    "CDC-420",
    readSide({ sink: { class: "org.example.Sink" } }),
    /add (plugin), or remove (class)/,
    (plugin) => [readSide({ sink: { class: "org.example.Sink", [plugin]: archive } }), readSide({})],
  ],
  [
    "CDC-421",
    { connectors: { skipOperations: ["d"] }, topics: { cleanup: "delete" } },
    /take d out of skipOperations, or set cdc:(readSide)\.(enabled) to false/,
    (at, enabled) => [
      { connectors: { skipOperations: [] }, topics: { cleanup: "delete" } },
      { connectors: { skipOperations: ["d"] }, topics: { cleanup: "delete" }, [at]: { [enabled]: false } },
    ],
  ],
  [
    "CDC-422",
    { connectors: { unwrap: { deletes: "drop" } }, topics: { cleanup: "delete" } },
    /write deletes: (\S+) .* or set cdc:(readSide)\.(enabled) to false/,
    (deletes, at, enabled) => [
      { connectors: { unwrap: { deletes } }, topics: { cleanup: "delete" } },
      { connectors: { unwrap: { deletes: "drop" } }, topics: { cleanup: "delete" }, [at]: { [enabled]: false } },
    ],
  ],
  [
    "CDC-423",
    { connectors: { converter: "json-schemaless", properties: { "time.precision.mode": "isostring" } } },
    /write (\S+): (\w+), or cdc:connectors\.converter: (\w+)$/,
    (key, value, converter) => [
      {
        connectors: { converter: "json-schemaless", properties: { "time.precision.mode": "isostring", [key]: value } },
      },
      { connectors: { converter } },
    ],
  ],
  [
    "CDC-424",
    two({}, { connectorProperties: { "value.converter": text } }),
    /write converters once, in cdc:connectors\.converter/,
    () => [{ ...two({}), connectors: { converter: "json" } }],
  ],
  [
    "CDC-425",
    { schema: "", tables: ["shop.Orders", "shop.orders"] },
    /capture one .* only, or .* cdc:readSide\.(\w+)$/,
    (field) => [
      { schema: "", tables: ["shop.orders"] },
      { schema: "", tables: ["shop.Orders", "shop.orders"], ...readSide({ [field]: ["shop.Orders"] }) },
    ],
  ],
  [
    "CDC-426",
    readSide({ engineUrl: "http://localhost:9200" }),
    /write an address of this machine .*, or leave it out/,
    () => [readSide({ engineUrl: "http://172.17.0.1:9200" }), readSide({})],
  ],
  [
    "CDC-429",
    readSide({ engineLogin: { user: "cdc", password: { secure: "v1:x" } } }),
    /add cdc:readSide\.(\w+) .*, or take (\w+) out/,
    (field) => [
      readSide({
        [field]: "https://search.example.com:9200",
        engineLogin: { user: "cdc", password: { secure: "v1:x" } },
      }),
      readSide({}),
    ],
  ],
  [
    "CDC-428",
    { schema: "", tables: ["__.--"] },
    /\(cdc:readSide\.(\w+): (\[.*?\])\), or give the table another name/,
    (field, tables) => [
      { schema: "", tables: ["__.--"], ...readSide({ [field]: JSON.parse(tables) as unknown }) },
      { schema: "", tables: ["__.items"] },
    ],
  ],
  ["CDC-501", mysql({ binlog_format: "MIXED" }), /remove it: the plan sets (\w+)$/, gone],
  ["CDC-502", mysql({ binlog_row_image: "MINIMAL" }), /remove it: the plan sets (\w+)$/, gone],
  [
    "CDC-503",
    mysql({ binlog_row_value_options: "PARTIAL_JSON" }),
    /remove it, or write an empty text/,
    () => [{}, mysql({ binlog_row_value_options: "" })],
  ],
  ["CDC-504", mysql({ log_bin: "OFF" }), /remove it: the plan sets \S+$/, gone],
  [
    "CDC-505",
    mysql({ binlog_expire_logs_seconds: 3600 }),
    /raise it, (\d+) \(ten days\) is the default/,
    (seconds) => [mysql({ binlog_expire_logs_seconds: Number(seconds) })],
  ],
  ["CDC-506", mysql({ gtid_mode: "OFF" }), /remove it: the plan sets ON$/, gone],
  [
    "CDC-507",
    mysql({ innodb_buffer_pool_size: "1G" }),
    /set cdc:(mysql)\.(bufferPoolMiB)$/,
    (at, field) => [{ [at]: { [field]: 1024 } }],
  ],
  [
    "CDC-508",
    mysql({ default_authentication_plugin: "x" }),
    /remove it; use (\w+)$/,
    (option) => [mysql({ [option]: "caching_sha2_password" })],
  ],
  [
    "CDC-509",
    mysql({ "binlog-do-db": "x" }),
    /remove it; capture by cdc:(tables)/,
    (field) => [{ [field]: ["products.products"] }],
  ],
  ["CDC-510", mysql({ super_read_only: "ON" }), /^remove it$/, gone],
  [
    "CDC-511",
    mysql({ "character-set-serv": "latin1" }),
    /write (\w+), or remove it/,
    (option) => [mysql({ [option]: "latin1" }), {}],
  ],
  [
    "CDC-512",
    mysql({ "max-connections": 5, max_connections: 6 }),
    /remove one of them/,
    () => [mysql({ max_connections: 6 }), mysql({ "max-connections": 5 })],
  ],
  ["CDC-513", mysql({ lower_case_table_names: 1 }), /^remove it/, gone],
  ["CDC-514", mysql({ skip_grant_tables: "ON" }), /^remove it/, gone],
  [
    "CDC-601",
    { connectors: { debeziumVersion: "3.99.0.Final" } },
    /write (\S+), or add the release/,
    (version) => [{ connectors: { debeziumVersion: version } }],
  ],
  [
    "CDC-602",
    { connectors: { debeziumVersion: "2.7.0.Final" } },
    /use Debezium (\S+) or later on Kafka \S+, or Kafka (\S+) with Debezium (\S+)/,
    (later, kafka, old) => [
      { connectors: { debeziumVersion: later } },
      { connectors: { debeziumVersion: old }, kafka: { version: kafka }, mysql: { version: "8.0" } },
    ],
  ],
  [
    "CDC-603",
    { connectors: { debeziumVersion: "2.7.0.Final" }, kafka: { version: "3.9.1" }, mysql: { version: "8.4" } },
    /use Debezium (\S+) or later with MySQL \S+, or MySQL (\S+) with Debezium (\S+)$/,
    (later, mysqlVersion, old) => [
      { connectors: { debeziumVersion: later }, kafka: { version: "3.9.1" }, mysql: { version: "8.4" } },
      { connectors: { debeziumVersion: old }, kafka: { version: "3.9.1" }, mysql: { version: mysqlVersion } },
    ],
  ],
  [
    "CDC-605",
    { kafka: { version: "3.8.1" } },
    /write cdc:kafka\.version: (\S+) or later/,
    (version) => [{ kafka: { version } }],
  ],
  ["CDC-606", { mysql: { version: "5.7" } }, /use MySQL (\S+) or later/, (version) => [{ mysql: { version } }]],
  [
    "CDC-607",
    { ...two({}, { debeziumVersion: "3.5.0.Final" }), kafka: { version: "4.0.0" } },
    /give all shards one version, or write cdc:kafka\.version: (\S+) or later/,
    (kafka) => [
      { ...two({}), kafka: { version: "4.0.0" } },
      { ...two({}, { debeziumVersion: "3.5.0.Final" }), kafka: { version: kafka } },
    ],
  ],
  [
    "CDC-610",
    { images: "packages", mysql: { version: "8.4" } },
    /write (\S+), name an image of your own in cdc:mysql\.image, or use cdc:images: (\w+)/,
    (version, images) => [
      { images: "packages", mysql: { version } },
      { images: "packages", mysql: { version: "8.4", image: "registry.example/mysql:8.4" } },
      { images, mysql: { version: "8.4" } },
    ],
  ],
  [
    "CDC-860",
    { connectors: { skipOperations: [] }, readSide: { enabled: false } },
    /add (t) to skipOperations, or write topics\.cleanup: (\w+); a read side/,
    (operation, cleanup) => [
      { connectors: { skipOperations: [operation] }, readSide: { enabled: false } },
      { connectors: { skipOperations: [] }, readSide: { enabled: false }, topics: { cleanup } },
      { connectors: { skipOperations: [] }, ...readSide({}) },
    ],
  ],
];

test.each(rows)("%s", (code, bad, pattern, mend) => {
  const found = problemsOf(bad).find((problem) => problem.code === code);
  const groups = pattern.exec(found?.remedy ?? "")?.slice(1);
  expect(groups, JSON.stringify(found)).toBeDefined();
  const ways = mend(...(groups ?? []));
  expect(ways.length).toBeGreaterThan(0);
  for (const way of ways) expect(problemsOf(way), JSON.stringify(way)).toEqual([]);
});

test("CDC-604: a newer Java, as the message names it, will do", () => {
  const versions = { kafka: kafkaVersion, debezium: debeziumVersion, mysql: mysqlVersion };
  const [problem] = checkVersions({ ...versions, java: 11 }).problems;
  const [, java] = /use an image with Java (\d+) or later/.exec(problem?.remedy ?? "") ?? [];
  expect(problem?.code).toBe("CDC-604");
  expect(checkVersions({ ...versions, java: Number(java) }).problems).toEqual([]);
});
