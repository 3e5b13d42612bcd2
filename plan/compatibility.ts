/** Which Debezium runs on which Kafka, MySQL and Java: refuses what cannot work, warns of what nobody has tried. */
import type { Problem } from "../lib/problem.ts";
import { debeziumReleases, findRelease, type DebeziumRelease } from "./releases.ts";

export interface Versions {
  /** Of broker and worker: `4.3.1`. */
  readonly kafka: string;
  /** `3.6.1.Final`. */
  readonly debezium: string;
  /** Of the shards: `9.7` or `9.7.4`. */
  readonly mysql: string;
  /** Where the release is written in the configuration, when that is not `cdc:connectors.debeziumVersion`. */
  readonly debeziumPath?: string;
  /** Major Java version of the worker's image, where it is known. */
  readonly java?: number;
}

export interface VersionCheck {
  /** What cannot work: to be refused. */
  readonly problems: readonly Problem[];
  /** What may work, and was tried by nobody whose word the project has; what works less well than by default. */
  readonly warnings: readonly Problem[];
}

const paths = {
  kafka: "cdc:kafka.version",
  kafkaImage: "cdc:kafka.image",
  mysql: "cdc:mysql.version",
  debezium: "cdc:connectors.debeziumVersion",
} as const;

/** KIP-1017: the worker's GET /health, by which the project knows that it is ready, is there from this line on. */
const oldestKafka = "3.9";
/** A release of that line, as `cdc:kafka.version` takes it. */
const oldestKafkaVersion = "3.9.1";
/** KIP-750 and KIP-1013: Kafka 4.0 runs brokers and workers on Java 17 or later. */
const kafka4Java = 17;
/** MySQL's driver in every Debezium release listed here does not speak to MySQL 5.x. */
const oldestMysql = "8.0";

/** KIP-891: workers load several versions of a plugin side by side from this line on. */
const oldestKafkaWithVersions = "4.1";

/** A line of releases: the first two numbers of a version, `4.3` of `4.3.1`. */
type Line = readonly [major: number, minor: number];

/**
 * Checks that the versions fit together.
 *
 * A pair is listed when Debezium names it for the release, or when this project ran it (plan/releases.ts). What is
 * neither refused nor warned of is listed, and delivers exactly once.
 */
export function checkVersions(versions: Versions): VersionCheck {
  const kafka = lineOf(versions.kafka);
  const mysql = lineOf(versions.mysql);
  const release = findRelease(versions.debezium);
  const problems: Problem[] = [];
  const warnings: Problem[] = [];

  if (kafka === undefined) warnings.push(unreadable(paths.kafka, versions.kafka, "Kafka", "4.3.1"));
  if (mysql === undefined) warnings.push(unreadable(paths.mysql, versions.mysql, "MySQL", "9.7"));
  if (kafka !== undefined && isBefore(kafka, oldestKafka)) problems.push(kafkaTooOld(versions));
  if (mysql !== undefined && isBefore(mysql, oldestMysql)) problems.push(mysqlTooOld(versions));
  if (release === undefined) {
    problems.push(unknownRelease(versions));
    return { problems, warnings };
  }

  const java = Math.max(release.java, kafka === undefined || isBefore(kafka, "4.0") ? 0 : kafka4Java);
  if (versions.java !== undefined && versions.java < java) problems.push(javaTooOld(versions, java));
  if (kafka !== undefined && !isBefore(kafka, oldestKafka)) {
    if (release.callsPollLong && !isBefore(kafka, "4.0")) problems.push(pollLong(versions));
    else if (!listsKafka(release, kafka)) warnings.push(unlistedKafka(versions, release));
  }
  if (mysql !== undefined && !isBefore(mysql, oldestMysql)) {
    if (release.sendsShowMasterStatus && !isBefore(mysql, "8.4")) problems.push(showMasterStatus(versions));
    else if (!listsMysql(release, mysql)) warnings.push(unlistedMysql(versions, release));
  }
  if (!release.exactlyOnce) warnings.push(atLeastOnce(versions));
  return { problems, warnings };
}

/**
 * Checks that the workers can load several versions of the plugin side by side.
 * @param debezium the version that is not the pipeline's, and `debeziumPath` where it is written.
 */
export function checkSideBySide({ debezium, debeziumPath, kafka }: Versions): Problem[] {
  const line = lineOf(kafka);
  // What cannot be read is warned of by checkVersions.
  if (line === undefined || !isBefore(line, oldestKafkaWithVersions)) return [];
  return [
    {
      code: "CDC-607",
      path: debeziumPath ?? paths.debezium,
      message:
        `found ${debezium} beside another version; workers of Kafka ${kafka} load one version of a plugin only, ` +
        `several from ${oldestKafkaWithVersions} on (KIP-891)`,
      remedy: `give all shards one version, or write cdc:kafka.version: ${oldestKafkaWithVersions}.0 or later`,
    },
  ];
}

function unknownRelease({ debezium: found, debeziumPath }: Versions): Problem {
  const known = debeziumReleases.map(({ version }) => version);
  return {
    code: "CDC-601",
    path: debeziumPath ?? paths.debezium,
    message: `Debezium ${found} is not known here, so its checksums and what it fits are not either; known are ${known.join(", ")}`,
    remedy: `write ${nearestRelease(found)}, or add the release to plan/releases.ts as docs/compatibility.md describes`,
  };
}

function pollLong({ debezium, debeziumPath, kafka }: Versions): Problem {
  const fits = oldest(({ callsPollLong }) => !callsPollLong);
  return {
    code: "CDC-602",
    path: debeziumPath ?? paths.debezium,
    message:
      `Debezium ${debezium} cannot run on Kafka ${kafka}: it calls KafkaConsumer.poll(long), which Kafka 4.0 removed; ` +
      "the first start looks fine, then every restart of a task fails with NoSuchMethodError",
    remedy: `use Debezium ${fits} or later on Kafka ${kafka}, or Kafka ${oldestKafkaVersion} with Debezium ${debezium}`,
  };
}

function showMasterStatus({ debezium, debeziumPath, mysql }: Versions): Problem {
  const fits = oldest(({ sendsShowMasterStatus }) => !sendsShowMasterStatus);
  return {
    code: "CDC-603",
    path: debeziumPath ?? paths.debezium,
    message:
      `Debezium ${debezium} cannot read from MySQL ${mysql}: it sends SHOW MASTER STATUS, which MySQL 8.4 removed; ` +
      "the connector says RUNNING, retries for ever and delivers nothing",
    remedy: `use Debezium ${fits} or later with MySQL ${mysql}, or MySQL 8.0 with Debezium ${debezium}`,
  };
}

function javaTooOld({ debezium, kafka, java }: Versions, needed: number): Problem {
  return {
    code: "CDC-604",
    path: paths.kafkaImage,
    message: `the worker's image has Java ${java}; Kafka ${kafka} with Debezium ${debezium} needs Java ${needed} or later`,
    remedy: `use an image with Java ${needed} or later (the official apache/kafka images have it)`,
  };
}

function kafkaTooOld({ kafka }: Versions): Problem {
  return {
    code: "CDC-605",
    path: paths.kafka,
    message: `Kafka ${kafka} is too old: its Connect worker has no GET /health, which tells when the worker is ready; allowed is ${oldestKafka} or later`,
    remedy: `write cdc:kafka.version: ${oldestKafkaVersion} or later`,
  };
}

function mysqlTooOld({ mysql }: Versions): Problem {
  return {
    code: "CDC-606",
    path: paths.mysql,
    message: `MySQL ${mysql} is too old: the driver in Debezium 2.6 and later does not speak to MySQL 5.x; allowed is ${oldestMysql} or later`,
    remedy: `use MySQL ${oldestMysql} or later`,
  };
}

function unlistedKafka({ debezium, kafka }: Versions, release: DebeziumRelease): Problem {
  const named = release.kafkaUpTo === oldestKafka ? oldestKafka : `${oldestKafka} to ${release.kafkaUpTo}`;
  const ran = lines(release.runOn.map((on) => on.kafka)).filter((line) => isBefore(required(release.kafkaUpTo), line));
  return {
    code: "CDC-611",
    path: paths.kafka,
    message:
      `nobody is known to have run Debezium ${debezium} on Kafka ${kafka}; ` +
      `it was built for ${release.builtForKafka}, and fits ${[named, ...ran].join(", ")}`,
    remedy: `use one of those lines, or try: restart the task once and see whether events still come`,
  };
}

function unlistedMysql({ debezium, mysql }: Versions, release: DebeziumRelease): Problem {
  const known = lines([...release.mysqlLines, ...release.runOn.map((on) => on.mysql)]);
  return {
    code: "CDC-612",
    path: paths.mysql,
    message: `nobody is known to have run Debezium ${debezium} with MySQL ${mysql}; it fits ${known.join(", ")}`,
    remedy: `use one of those lines, or try: restart the task once and see whether events still come`,
  };
}

function atLeastOnce({ debezium, debeziumPath }: Versions): Problem {
  const fits = oldest(({ exactlyOnce }) => exactlyOnce);
  return {
    code: "CDC-614",
    path: debeziumPath ?? paths.debezium,
    message: `Debezium ${debezium} delivers at least once, not exactly once: after a crash some events come twice`,
    remedy: `use Debezium ${fits} or later, or have the consumers take an event twice`,
  };
}

function unreadable(path: string, found: string, what: string, example: string): Problem {
  return {
    code: "CDC-613",
    path,
    message: `${what} "${found}" is not a version with two or three numbers (${example}), so nothing can say whether Debezium fits it`,
    remedy: `write the version that the image holds, such as ${example}`,
  };
}

function listsKafka(release: DebeziumRelease, kafka: Line): boolean {
  const isNamed = compare(kafka, required(release.kafkaUpTo)) <= 0;
  return isNamed || release.runOn.some((on) => compare(kafka, required(on.kafka)) === 0);
}

function listsMysql(release: DebeziumRelease, mysql: Line): boolean {
  const listed = [...release.mysqlLines, ...release.runOn.map((on) => on.mysql)];
  return listed.some((version) => compare(mysql, required(version)) === 0);
}

function oldest(accept: (release: DebeziumRelease) => boolean): string {
  return debeziumReleases.find(accept)?.version ?? "";
}

/** The known release whose number is least far from what was written. */
function nearestRelease(found: string): string {
  const asNumber = (version: string) => {
    const [major = 0, minor = 0, patch = 0] = [...version.matchAll(/\d+/g)].map(([digits]) => Number(digits));
    return major * 1e6 + minor * 1e3 + patch;
  };
  const distance = ({ version }: DebeziumRelease) => Math.abs(asNumber(version) - asNumber(found));
  // On a tie the newer one: the list is from old to new.
  return debeziumReleases.toReversed().toSorted((a, b) => distance(a) - distance(b))[0]?.version ?? "";
}

/** Takes what follows the numbers for a build's name: `8.4.3-oraclelinux9` is 8.4. */
function lineOf(version: string): Line | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.\d+)*(?:-[\w.-]+)?$/.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

/** Whether a version is known to be of an older line, `4.0`; what cannot be read is warned of by checkVersions. */
export function isOlder(version: string, line: string): boolean {
  const found = lineOf(version);
  return found !== undefined && isBefore(found, line);
}

/** The line of a version from plan/releases.ts. */
function required(version: string): Line {
  const line = lineOf(version);
  if (line === undefined) throw new Error(`plan/releases.ts: "${version}" is no version`);
  return line;
}

function isBefore(line: Line, other: string): boolean {
  return compare(line, required(other)) < 0;
}

function compare(a: Line, b: Line): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** The lines of versions, each once, ascending. */
function lines(versions: readonly string[]): string[] {
  const found = versions.map(required).toSorted(compare);
  return [...new Set(found.map(([major, minor]) => `${major}.${minor}`))];
}
