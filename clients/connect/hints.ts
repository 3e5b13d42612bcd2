/** What known failures mean and what helps against them, by what stands in the worker's message or the task's trace. */

import { beginningOf } from "../../lib/ddl.ts";
import { largestRowMiB, rowMiBFor } from "../../lib/row-size.ts";
import { beginAnew } from "../debezium/history/words.ts";

interface KnownFailure {
  readonly pattern: RegExp;
  /** What to do, in one sentence or two; where it depends on what the pattern found, made of its groups. */
  readonly hint: string | ((...groups: readonly (string | undefined)[]) => string);
  /** No restart helps before a person has done that: the guard spends none. */
  readonly isLasting?: true;
}

/** The first that matches counts: a particular cause stands before the general one it comes wrapped in. */
const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /time ?zone value '[^']*' is unrecognized/i,
    hint: "the server's zone is an abbreviation that its JDBC driver does not know: set cdc:timeZone (database.connectionTimeZone) to an IANA region such as Asia/Seoul",
  },
  {
    pattern: /'topic\.prefix' value is invalid/,
    hint: "set topic.prefix; Debezium 1.x called it database.server.name",
  },
  {
    pattern: /schema\.history\.internal\S*' value is invalid|Error configuring an instance of KafkaSchemaHistory/,
    hint: "set schema.history.internal.kafka.topic and .bootstrap.servers; Debezium 1.x called them database.history.kafka.*",
  },
  {
    pattern: /NoSuchMethodError[^\n]*KafkaConsumer\.poll\(long\)|NoSuchMethodError[^\n]*KafkaConsumer[^\n]* poll\(/,
    hint: "this Debezium was built for a Kafka older than 4: set cdc:connectors.debeziumVersion to 3.1.3.Final or later (docs/compatibility.md)",
  },
  {
    pattern: /Public Key Retrieval is not allowed/i,
    hint: "without TLS the server's public key has to be asked for: leave database.ssl.mode at preferred, or set driver.allowPublicKeyRetrieval to true",
  },
  {
    pattern:
      /no longer available on the server|purged (?:required )?binary logs|Could not find first log file name in binary log|could not find next log|has more GTIDs than the source has/i,
    hint: `the binlog that it needs is gone, or the server has another history by now: ${beginAnew("SHARD")}; keep more of the binlog (binlog_expire_logs_seconds)`,
    isLasting: true,
  },
  {
    pattern: /history topic (?:is missing|or its content)|schema history (?:topic )?is missing/i,
    hint: `the schema history is gone: cdc:connectors.snapshotMode recovery builds it anew from the tables as they are now, which is right only when no table was altered since the connector's place in the binlog; else ${beginAnew("SHARD")}`,
    isLasting: true,
  },
  {
    pattern: /whose schema isn't known to this connector/i,
    hint: `the schema history does not know this table: cdc:connectors.snapshotMode recovery builds it anew, or ${beginAnew("SHARD")}`,
    isLasting: true,
  },
  {
    pattern: /Access denied; you need|does not have the 'LOCK TABLES' privilege/i,
    hint: "the CDC account lacks a privilege: the next `pulumi up` gives back what was revoked; docs/connectors.md lists what is needed",
  },
  {
    pattern: /Access denied for user '([^']*)'[^\n]*Account is locked/i,
    hint: (user = "USER") =>
      `the account is locked: ALTER USER '${user}'@'%' ACCOUNT UNLOCK on the server, then restart it (cdc restart SHARD)`,
  },
  {
    pattern: /Access denied for user/i,
    hint: "account or password is wrong: see whether database.user exists on the server, and whether its password is the one that the worker reads from its secrets file",
  },
  {
    pattern: /GtidSet\.getUUIDSets/,
    hint: `its place lacks the GTIDs: give initialOffset as SHOW BINARY LOG STATUS prints it, with file, position and gtids; or ${beginAnew("SHARD")}`,
    isLasting: true,
  },
  {
    pattern: /is not a recognizable type/,
    hint: "the worker does not have the plugin in this version: see `GET /connector-plugins`, and connector.plugin.version in the configuration",
  },
  {
    pattern: /same server_?uuid\/server_?id|server_?id .*already in use/i,
    hint: "another client of the server's binlog has the same database.server.id: give one of them another (serverId in the shard's entry)",
  },
  {
    pattern: /Failed to find any class that implements Connector/,
    hint: "the worker does not have this connector: mind the spelling of connector.class, and see `GET /connector-plugins` for what it has",
  },
  {
    pattern: /Class \S+ could not be found|ClassNotFoundException|Unknown (?:transform|predicate)/,
    hint: "the worker does not have this class: mind its spelling, and put its jar on the worker's plugin.path",
  },
  {
    pattern: /not present in metadata after|UNKNOWN_TOPIC_OR_PARTITION|UnknownTopicOrPartition/,
    hint: "the topic is not there, and nothing creates topics by itself: declare it (cdc:tables), mind the transforms that name topics, or bring back one that was deleted with `pulumi up --refresh`",
  },
  {
    pattern: /does not have exactly-once source support enabled|does not support exactly-once/i,
    hint: "worker and connector disagree about exactly-once: set exactly.once.source.support=enabled on every worker, or leave exactly.once.support out of the connector's configuration",
  },
  {
    pattern: /ProducerFenced|InvalidProducerEpoch|zombie|TransactionalIdAuthorization|transaction coordinator/i,
    hint: "another producer took this task's transactions over, or its transaction took too long: restart it (`cdc restart SHARD`); when it comes back, see that no second Connect cluster has the same group.id",
  },
  {
    pattern: /RecordTooLarge(?:[^]*?message is (\d+) bytes when serialized)?/,
    hint: (bytes) => tooLarge(bytes === undefined ? undefined : Number(bytes)),
    isLasting: true,
  },
  {
    pattern: /cannot accept message without key/,
    hint:
      "a captured table has no key, and its topic is compacted: cdc:connectors.properties: {message.key.columns: " +
      '"DATABASE.TABLE:COLUMN,COLUMN"} gives its changes one, or cdc:topics.tables: {DATABASE.TABLE: {cleanup: delete}} takes them as they are ' +
      "(preview says what of an existing topic that would drop); then `make up`, and the connector goes on where it stands. A key that the table is " +
      "given now comes too late for what is in the binlog already",
    isLasting: true,
  },
  {
    pattern: /couldn't be parsed\.[^']*with the statement '([^]*?)'\n/,
    hint: (statement = "") => unreadableDdl(statement),
    isLasting: true,
  },
  {
    pattern: /DDL statement couldn't be parsed|ParsingException/,
    hint: () => unreadableDdl(""),
    isLasting: true,
  },
  {
    pattern: /near 'MASTER STATUS'/i,
    hint: "this Debezium asks in words that MySQL 8.4 has dropped: set cdc:connectors.debeziumVersion to 3.0.8.Final or later (docs/compatibility.md)",
  },
  {
    pattern: /UnknownHost|Unknown host/i,
    hint: "the name is not known in the worker's network: inside it a shard's server is database.hostname, for example mysql-3308",
  },
  {
    pattern:
      /CertPathValidatorException|PKIX path building failed|[Ii]dentity verification failed|identity was not confirmed/,
    hint: "the server's certificate is not of the authority that the connector trusts (database.ssl.truststore), or not for this host name: see which server answers under database.hostname; one of the stack's own is made anew, on its volume, by `docker rm --force CONTAINER` and `pulumi up`",
  },
  {
    pattern:
      /Communications link failure|Connection refused|Failed to establish connection|onCommunicationFailure|connection (?:was )?(?:closed|reset)|EOFException/i,
    hint: "the database does not answer: see that the server runs and is reached from the worker under database.hostname and database.port",
  },
];

/**
 * What to do about a failure whose cause is a known one.
 * @param trace a task's trace, or a message of the worker.
 */
export function hintFor(trace: string): string | undefined {
  const known = knownFailureIn(trace);
  if (known === undefined) return undefined;
  const { pattern, hint } = known;
  return typeof hint === "string" ? hint : hint(...(pattern.exec(trace) ?? []).slice(1));
}

/** Whether the cause is a known one that no restart heals: a person has to mend it first. */
export function isLasting(trace: string): boolean {
  return knownFailureIn(trace)?.isLasting === true;
}

function knownFailureIn(trace: string): KnownFailure | undefined {
  return knownFailures.find(({ pattern }) => pattern.test(trace));
}

function tooLarge(bytes: number | undefined): string {
  const [field, exclude] = ["cdc:topics.maxRowMiB", "leave the large column out (cdc:excludeColumns)"];
  if (bytes === undefined) return `a row is larger than ${field} allows: raise it and \`make up\`, or ${exclude}`;
  const needed = rowMiBFor(bytes);
  const size = `a change of ${Math.ceil(bytes / 1024 ** 2)} MiB is larger than ${field} allows`;
  if (needed > largestRowMiB) return `${size}, and than it may: ${exclude}`;
  return `${size}: write ${field}: ${needed}, then \`make up\`, and the connector goes on where it stands; or ${exclude}`;
}

/** @param statement empty when the trace does not show it. */
function unreadableDdl(statement: string): string {
  const entry = JSON.stringify([beginningOf(statement) || "BEGINNING OF THE STATEMENT"]);
  return (
    "Debezium's grammar does not know this statement. Its other one may: cdc:connectors.properties: {ddl.parser.type: legacy}. Or, when it changes no " +
    `captured table, pass it over: cdc:connectors.skipDdl: ${entry}; one that changes a captured table must not be, or rows are read by the old columns. ` +
    "Then `make up`, and the connector goes on where it stands"
  );
}

const maxLines = 6;
/** Of a longer line its ends are shown: Debezium says what is wrong behind pages of its own state. */
const lineEnds = 160;

/** The lines of a Java trace that tell something, the exception and its causes without the frames, indented by two. */
export function firstLines(trace: string | undefined): string {
  if (trace === undefined || trace.trim() === "") return "  (the worker gave no trace)";
  const telling = trace
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(at |\.\.\. )/.test(line))
    .filter((line, index, lines) => !lines.slice(0, index).some((earlier) => earlier.endsWith(messageOf(line))));
  const root = telling.findLastIndex((line) => line.startsWith("Caused by:"));
  // The root cause says most, however deep it lies.
  const shown = root < maxLines ? telling.slice(0, maxLines) : [...telling.slice(0, maxLines - 1), telling[root] ?? ""];
  return shown.map((line) => `  ${shortened(line)}`).join("\n");
}

function shortened(line: string): string {
  return line.length > 2 * lineEnds ? `${line.slice(0, lineEnds)} … ${line.slice(-lineEnds)}` : line;
}

/** A line without the exception's class: a cause that is only wrapped says nothing new. */
function messageOf(line: string): string {
  return line.replace(/^(Caused by: )?[\w.$]+(?=: )/, "");
}

/** A failure as a person should meet it: the telling lines, and what to do where that is known. */
export function explain(trace: string | undefined): string {
  const hint = hintFor(trace ?? "");
  return `${firstLines(trace)}${hint === undefined ? "" : `\n  what to do: ${hint}`}`;
}
