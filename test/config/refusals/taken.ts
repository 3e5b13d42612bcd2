/** The nearest configurations that are not refused. */
import {
  existing,
  gtids,
  offset,
  shard,
  both,
  mysql,
  readSide,
  connector,
  router,
  avro,
  worker,
  broker,
  places,
  type Fields,
} from "./write.ts";

export const taken: readonly (readonly [what: string, fields: Fields])[] = [
  [
    "an engine with TLS and logins behind closed doors",
    {
      security: "tls",
      readSide: {
        enabled: true,
        engineUrl: "https://search.example.com:9200",
        engineLogin: { user: "cdc", password: { secure: "v1:x" } },
        page: { enabled: false },
      },
    },
  ],
  [
    "rotations of what closed doors have",
    { security: "tls", readSide: { enabled: false }, rotation: { kafkaAccounts: "a", connectLogin: "b" } },
  ],
  ["rotations by a word and by a number", { rotation: { cdcAccount: "2026-12_b.1", mysqlRoot: 2 } }],
  ...[
    {},
    { host: "10.0.0.7", port: 1 },
    { host: "fd00::7" },
    { host: "db_1", tls: false },
    { tls: { caFile: "test/support/authority.pem" } },
    { tls: { caFile: "test/support/authority.pem", verify: "ca" } },
  ].map((fields): [string, Fields] => [
    `an existing server with ${JSON.stringify(fields)}`,
    shard({ port: undefined, mysql: { ...existing, ...fields } }),
  ]),
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
  ["a login and TLS", { security: "tls", readSide: { enabled: false }, monitoring: { enabled: true } }],
  ["metrics of a guard", { monitoring: { enabled: true } }],
  ["a Prometheus of metrics", { monitoring: { enabled: true, prometheus: { enabled: true } } }],
  ["a port of no Prometheus", { monitoring: { enabled: true, prometheus: { port: 9108 } } }],
  [
    "somebody to tell of alerts",
    { monitoring: { enabled: true, prometheus: { enabled: true }, alertsTo: { secure: "v1:x" } } },
  ],
  ["a port for metrics where there are none, and no guard", { guard: { enabled: false }, monitoring: { port: 8083 } }],
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
];
