import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { debeziumReleases } from "../../../plan/releases.ts";
import { explain, firstLines, hintFor, isLasting } from "../../../clients/connect/hints.ts";

describe("a hint that depends on what was found", () => {
  const unreadable = (statement: string) =>
    `Caused by: Multiple parsing errors\nio.debezium.text.ParsingException: DDL statement couldn't be parsed. Please open a GitHub issue at https://github.com/debezium/dbz/issues with the statement '${statement}'\nmissing 'x' at 'y'`;

  test.each([
    [
      "RecordTooLargeException: The message is 70000000 bytes when serialized which is larger than 68157440, which is the value of the max.request.size configuration.",
      /67 MiB .*write cdc:topics\.maxRowMiB: 17, then `make up`/,
    ],
    [
      "RecordTooLargeException: The message is 900000000 bytes when serialized",
      /than it may: leave the large column out \(cdc:excludeColumns\)/,
    ],
    [
      "RecordTooLargeException: The request included a message larger than the max message size the server will accept.",
      /raise it and `make up`/,
    ],
    [
      "InvalidRecordException: Compacted topic cannot accept message without key in topic partition a-0.",
      /message\.key\.columns.*cdc:topics\.tables: /,
    ],
    [
      unreadable("CREATE EXTERNAL TABLE `a`.`b` (id INT\n, c VARCHAR(9) DEFAULT 'it''s')"),
      /cdc:connectors\.skipDdl: \["CREATE EXTERNAL TABLE `a`\.`b`"\].*goes on where it stands/,
    ],
  ])("%s", (trace, hint) => {
    expect(hintFor(trace)).toMatch(hint);
  });
});

test("a release that a hint names is one that is known here", () => {
  const source = readFileSync(join(import.meta.dirname, "..", "..", "..", "clients", "connect", "hints.ts"), "utf8");
  const named = [...source.matchAll(/debeziumVersion to (\S+)/g)].map(([, version]) => version);
  expect(named.length).toBeGreaterThan(0);
  for (const version of named) expect(debeziumReleases.map((release) => release.version)).toContain(version);
});

describe("a known failure has a hint", () => {
  test.each([
    [
      "java.sql.SQLException: Access denied for user 'debezium'@'192.168.112.5'. Account is locked.",
      /ALTER USER 'debezium'@'%' ACCOUNT UNLOCK/,
    ],
    [
      "The server time zone value 'KST' is unrecognized or represents more than one time zone.",
      /IANA region such as Asia\/Seoul/,
    ],
    ["The 'topic.prefix' value is invalid: A value is required", /database\.server\.name/],
    ["The 'schema.history.internal.kafka.topic' value is invalid: A value is required", /database\.history\.kafka/],
    [
      "java.lang.NoSuchMethodError: 'org.apache.kafka.clients.consumer.ConsumerRecords org.apache.kafka.clients.consumer.KafkaConsumer.poll(long)'",
      /debeziumVersion to 3\.1\.3\.Final or later/,
    ],
    ["java.sql.SQLNonTransientConnectionException: Public Key Retrieval is not allowed", /allowPublicKeyRetrieval/],
    [
      "The connector is trying to read binlog starting at SourceInfo [currentGtid=null], but this is no longer available on the server. Reconfigure the connector to use a snapshot when needed.",
      /binlog that it needs is gone.*cdc offsets reset.*cdc reconcile --repair/,
    ],
    [
      "Cannot replicate because the source purged required binary logs. Error code: 1236; SQLSTATE: HY000.",
      /binlog that it needs is gone/,
    ],
    ["Could not find first log file name in binary log index file Error code: 1236", /binlog that it needs is gone/],
    [
      "The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery",
      /snapshotMode recovery/,
    ],
    [
      "The db history topic or its content is fully or partially missing. Please check database schema history topic configuration and re-execute the snapshot.",
      /snapshotMode recovery/,
    ],
    ["Encountered change event for table a.b whose schema isn't known to this connector", /snapshotMode recovery/],
    ["Unable to connect: Access denied for user 'nobody'@'172.18.0.6' (using password: YES)", /account or password/],
    [
      "Access denied; you need (at least one of) the RELOAD or FLUSH_TABLES privilege(s) for this operation",
      /lacks a privilege/,
    ],
    [
      "A replica with the same server_uuid/server_id as this replica has connected to the source; the first event ''",
      /same database\.server\.id/,
    ],
    ["A slave with the same server_uuid/server_id as this slave has connected to the master", /another \(serverId/],
    [
      'Cannot invoke "io.debezium.connector.binlog.gtid.GtidSet.getUUIDSets()" because "serverGtidSet" is null',
      /with file, position and gtids/,
    ],
    [
      "io.debezium.DebeziumException: User does not have the 'LOCK TABLES' privilege required to obtain a consistent snapshot",
      /lacks a privilege/,
    ],
    [
      "Communications link failure\nCaused by: javax.net.ssl.SSLHandshakeException: (certificate_unknown) java.security.cert.CertPathValidatorException: Path does not chain with any of the trust anchors",
      /certificate is not of the authority/,
    ],
    [
      "Caused by: java.security.cert.CertificateException: Server identity verification failed. None of the certificate's DNS or IP Subject Alternative Name entries matched the server hostname/IP '172.27.0.4'.",
      /or not for this host name/,
    ],
    [
      'com.github.shyiko.mysql.binlog.network.IdentityVerificationException: "172.27.0.4" identity was not confirmed',
      /or not for this host name/,
    ],
    ["Failed to start task c-0 since it is not a recognizable type", /connector\.plugin\.version/],
    ["Failed to find any class that implements Connector and which name matches x.Y", /connector\.class/],
    ["Invalid value x.Y for configuration transforms.t.type: Class x.Y could not be found.", /plugin\.path/],
    ["Topic a.b not present in metadata after 60000 ms.", /the topic is not there/],
    ["UnknownTopicOrPartitionException: This server does not host this topic-partition.", /the topic is not there/],
    ["This worker does not have exactly-once source support enabled.", /exactly\.once\.source\.support=enabled/],
    ["org.apache.kafka.common.errors.ProducerFencedException: There is a newer producer", /cdc restart SHARD/],
    ["org.apache.kafka.common.errors.RecordTooLargeException: The message is 1234 bytes", /cdc:topics\.maxRowMiB/],
    [
      "You have an error in your SQL syntax; check the manual for the right syntax to use near 'MASTER STATUS' at line 1",
      /MySQL 8\.4 has dropped/,
    ],
    ["java.net.UnknownHostException: nowhere", /name is not known in the worker's network/],
    ["Communications link failure: The last packet sent successfully to the server was 0 ms ago", /does not answer/],
    [
      "Error during connection validation: io.debezium.DebeziumException: Failed to establish connection with the database: ",
      /does not answer/,
    ],
    ["java.net.ConnectException: Connection refused", /does not answer/],
  ])("%s", (message, hint) => {
    expect(hintFor(`org.apache.kafka.connect.errors.ConnectException: oh\nCaused by: ${message}`)).toMatch(hint);
  });

  test("an unknown one has none", () => {
    expect(hintFor("java.lang.IllegalStateException: no")).toBeUndefined();
    expect(explain("java.lang.IllegalStateException: no")).toBe("  java.lang.IllegalStateException: no");
  });

  test("a particular cause counts, not the general one it comes in", () => {
    const trace = "Failed to establish connection\nCaused by: Public Key Retrieval is not allowed";
    expect(explain(trace)).toMatch(/Caused by: .*\n {2}what to do: .*allowPublicKeyRetrieval/);
  });
});

describe("the telling lines of a trace", () => {
  test("are the exception and its causes, without the frames", () => {
    const trace = "a.B: oh\n\tat a.B.c(B.java:1)\nCaused by: d.E: no\n\tat d.E.f(E.java:2)\n\t... 7 more\n";
    expect(firstLines(trace)).toBe("  a.B: oh\n  Caused by: d.E: no");
  });

  test("leave out a cause that only repeats what it is wrapped in", () => {
    expect(firstLines("a.B: oh\nCaused by: c.D: purged\nCaused by: e.F: purged\nCaused by: g.H")).toBe(
      "  a.B: oh\n  Caused by: c.D: purged\n  Caused by: g.H",
    );
  });

  test("are six at most, the root cause among them", () => {
    const causes = Array.from({ length: 9 }, (_, index) => `Caused by: cause ${index}`);
    const lines = firstLines(["a.B: oh", ...causes].join("\n")).split("\n");
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toBe("  Caused by: cause 8");
  });

  test("are cut in the middle where they are longer than anybody reads", () => {
    expect(firstLines(`begins ${"x".repeat(1000)} ends`)).toMatch(/^ {2}begins x{153} … x{155} ends$/);
  });

  test.each([undefined, "", "\n"])("are said to be missing (%j)", (trace) => {
    expect(firstLines(trace)).toBe("  (the worker gave no trace)");
  });
});

describe("traces as Debezium 3.6.1 gave them, on MySQL 9.7 and Kafka 4.3", () => {
  const folder = join(import.meta.dirname, "traces");
  test.each<[string, RegExp]>([
    ["no-longer-available", /binlog that it needs is gone, or the server has another history/],
    ["reset-running", /binlog that it needs is gone, or the server has another history/],
    ["missing-history", /schema history is gone/],
    ["without-gtids", /its place lacks the GTIDs/],
    ["ddl", /does not know this statement.*cdc:connectors\.skipDdl/],
    ["keyless", /has no key.*message\.key\.columns/],
    ["large", /is larger than cdc:topics\.maxRowMiB allows/],
  ])("%s: known, and no restart heals it", (file, hint) => {
    const trace = readFileSync(join(folder, `${file}.txt`), "utf8");
    expect(hintFor(trace)).toMatch(hint);
    expect(isLasting(trace)).toBe(true);
  });

  test.each([
    "Access denied for user 'debezium'@'172.18.0.6'. Account is locked.",
    "java.io.EOFException: Failed to read next byte from position 35146",
    "org.apache.kafka.common.errors.ProducerFencedException: there is a newer producer",
    "",
  ])("what may pass is tried again: %s", (trace) => {
    expect(isLasting(trace)).toBe(false);
  });
});
