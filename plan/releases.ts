/**
 * The Debezium MySQL connector releases that this project knows, from old to new. Facts only; plan/compatibility.ts draws
 * the conclusions, docs/compatibility.md tells where each fact comes from (a test holds that table and this one together).
 */

export interface DebeziumRelease {
  readonly version: string;
  /** Of the plugin archive, and of the connector's own jar in it (the same bytes as in Debezium's Connect image). */
  readonly archiveSha256: string;
  readonly jarSha256: string;
  /** `version.kafka` of the release's build parent. */
  readonly builtForKafka: string;
  /** Last line of Kafka Connect that Debezium names for the release, as far as it was built for it; the first is older than 3.9. */
  readonly kafkaUpTo: string;
  /** MySQL lines that Debezium tests the release with. */
  readonly mysqlLines: readonly string[];
  /** Least Java version of the worker. */
  readonly java: number;
  /** Calls a consumer method that Kafka 4.0 removed, when a task reads its schema history: at every start but the first. */
  readonly callsPollLong: boolean;
  /** Asks for the binlog position by a statement that MySQL 8.4 removed. */
  readonly sendsShowMasterStatus: boolean;
  /** The connector accepts `exactly.once.support=required`. */
  readonly exactlyOnce: boolean;
  /** Where this project saw it deliver changes, before and after a restart of its task. */
  readonly runOn: readonly { readonly kafka: string; readonly mysql: string }[];
}

/** All release pages from 3.0 to 3.6 name the same ones. */
const mysqlOfDebezium3 = ["8.0", "8.4", "9.0", "9.1"];

export const debeziumReleases: readonly DebeziumRelease[] = [
  {
    version: "2.7.0.Final",
    archiveSha256: "cc3cfabc6d46b693117abd32869338094d06bd6ccafcb872c2f4386c51bb94db",
    jarSha256: "298517c29a62ea767334f4d3b49bc3031d0056aa5acaba29b3c59911ec916805",
    builtForKafka: "3.7.0",
    kafkaUpTo: "3.9",
    mysqlLines: ["8.0", "8.2"],
    java: 11,
    callsPollLong: true,
    sendsShowMasterStatus: true,
    exactlyOnce: false,
    runOn: [],
  },
  {
    version: "2.7.4.Final",
    archiveSha256: "29c518325af7facc201aad51e87caf244e442bea13d1818bdcbef925bcca14f3",
    jarSha256: "12e7d5f2b2296b52dfc7cc3d682ac5f36b458707770cbbfa6f00f3acda6c854b",
    builtForKafka: "3.7.0",
    kafkaUpTo: "3.9",
    mysqlLines: ["8.0", "8.2"],
    java: 11,
    callsPollLong: true,
    sendsShowMasterStatus: true,
    exactlyOnce: false,
    runOn: [],
  },
  {
    version: "3.0.8.Final",
    archiveSha256: "14b7c50782b162f1a1a17706ebc05c424995e681ffa1ae7d3a1e1a91345d871a",
    jarSha256: "6de35d7c20ca1d00e6d9d8ae0e033203e487bf29e335a096dcaf38d4e0316f59",
    builtForKafka: "3.9.0",
    kafkaUpTo: "3.9",
    mysqlLines: mysqlOfDebezium3,
    java: 17,
    callsPollLong: true,
    sendsShowMasterStatus: false,
    exactlyOnce: false,
    runOn: [],
  },
  {
    version: "3.1.3.Final",
    archiveSha256: "cc0d46594f24141d83327ec23db07fcc6be23b6dfe695066d1e46e12d3af78c6",
    jarSha256: "04decd65fbc4262da745f8f917fe0a8b79923d50c62292d52ded1a2bb0deac45",
    builtForKafka: "3.9.0",
    kafkaUpTo: "3.9",
    mysqlLines: mysqlOfDebezium3,
    java: 17,
    callsPollLong: false,
    sendsShowMasterStatus: false,
    exactlyOnce: false,
    runOn: [{ kafka: "4.3.1", mysql: "9.7.4" }],
  },
  {
    version: "3.2.4.Final",
    archiveSha256: "e00e5fb2be9e163402306ca59df3a2a13bf84d79d121ea13400f17cedd11f8fa",
    jarSha256: "6f3f3ef9a1c4954b2b976a562e133715e60a924b8bbedb1c7b00e1394d69ef2c",
    builtForKafka: "3.9.1",
    kafkaUpTo: "3.9",
    mysqlLines: mysqlOfDebezium3,
    java: 17,
    callsPollLong: false,
    sendsShowMasterStatus: false,
    exactlyOnce: false,
    runOn: [
      { kafka: "4.1.0", mysql: "9.7.4" },
      { kafka: "4.3.1", mysql: "9.7.4" },
    ],
  },
  {
    version: "3.3.2.Final",
    archiveSha256: "924cca59b775480f8479d750dfc93b31da6f1c0fa711165016b2d958886c9e4d",
    jarSha256: "9520d40a64334d0ac786cfbcbbcd0cca1ac0fe0abbb8071ad1ab8de9596e339a",
    builtForKafka: "4.1.0",
    kafkaUpTo: "4.1",
    mysqlLines: mysqlOfDebezium3,
    java: 17,
    callsPollLong: false,
    sendsShowMasterStatus: false,
    exactlyOnce: true,
    runOn: [{ kafka: "4.3.1", mysql: "9.7.4" }],
  },
  {
    version: "3.4.1.Final",
    archiveSha256: "26a70e26ac5684a99967f378eef82f423346df581900dc3879d9bdc2b5cffdae",
    jarSha256: "7845c24945abe612c1b6330bc8c8f73e9f22d99acecc457a3c934fc5c8e373da",
    builtForKafka: "4.1.1",
    kafkaUpTo: "4.1",
    mysqlLines: mysqlOfDebezium3,
    java: 17,
    callsPollLong: false,
    sendsShowMasterStatus: false,
    exactlyOnce: true,
    runOn: [
      { kafka: "4.1.0", mysql: "9.7.4" },
      { kafka: "4.3.1", mysql: "9.7.4" },
    ],
  },
  {
    version: "3.5.0.Final",
    archiveSha256: "6a1f0aaa98797b68273e74a96bf99bfdf427c01a02b1fb42a9edc3e8c337e321",
    jarSha256: "7948107f1efb5105e1fb56cd7b50a4077aaeb9724cf75f816b03e6d1d0a5ca15",
    builtForKafka: "4.1.1",
    kafkaUpTo: "4.1",
    mysqlLines: mysqlOfDebezium3,
    java: 17,
    callsPollLong: false,
    sendsShowMasterStatus: false,
    exactlyOnce: true,
    runOn: [{ kafka: "4.3.1", mysql: "9.7.4" }],
  },
  {
    version: "3.6.1.Final",
    archiveSha256: "1dfd80c86e204406c5d886836da1f022e4955bc3900c0491b892c22c8b901af2",
    jarSha256: "db56640086983fa838aaedffd7a2fc9887932fc028dbbfef11f62fc49248d5a2",
    builtForKafka: "4.3.0",
    kafkaUpTo: "4.3",
    mysqlLines: mysqlOfDebezium3,
    java: 17,
    callsPollLong: false,
    sendsShowMasterStatus: false,
    exactlyOnce: true,
    runOn: [
      { kafka: "4.1.0", mysql: "9.7.4" },
      { kafka: "4.3.1", mysql: "9.7.4" },
    ],
  },
];

/** The release of that version, or undefined when the project does not know it. */
export function findRelease(version: string): DebeziumRelease | undefined {
  return debeziumReleases.find((release) => release.version === version);
}

/** The plugin of a release: what it is called, and what is in it. */
export function pluginOf({ version, archiveSha256, jarSha256 }: DebeziumRelease) {
  return {
    /** Maven coordinates of the archive. */
    artifact: `io.debezium:debezium-connector-mysql:${version}:tar.gz:plugin`,
    archive: `debezium-connector-mysql-${version}-plugin.tar.gz`,
    archiveSha256,
    /** Debezium's own Connect image has the same plugin in this folder. */
    image: `quay.io/debezium/connect:${version}`,
    imageFolder: "/kafka/connect/debezium-connector-mysql",
    /** The archive's only top folder, and the connector's own jar in it. */
    folder: "debezium-connector-mysql",
    jar: `debezium-connector-mysql-${version}.jar`,
    jarSha256,
  } as const;
}
