/** Dead letters as a person and as a program reads them. Pure, but for colours. */
import { isUtf8 } from "node:buffer";
import type { Row } from "../../clients/debezium/events/json.ts";
import { renderValue } from "../../clients/debezium/events/render.ts";
import { formatTable } from "../../lib/table.ts";
import { ownHeaders, errorHeader, type DeadLetter } from "./letter.ts";
import type { ReplayResult } from "./replay.ts";

/** Longer reasons are cut; --json has all of it. */
const reasonLimit = 200;
const keyLimit = 40;

/** One line a letter, the oldest first. */
export function renderLetters(letters: readonly DeadLetter[]): string {
  const header = ["OFFSET", "WHEN", "SHARD", "TABLE", "KEY", "STAGE", "REASON"];
  return formatTable(
    header,
    letters.map((letter) => [
      String(letter.offset),
      timeOf(letter),
      letter.shard?.name,
      letter.table ?? letter.origin.topic,
      keyText(letter.key),
      letter.stage,
      shortened(letter.reason),
    ]),
  );
}

/** How many there are, and what can be done with them. */
export function renderList(letters: readonly DeadLetter[], shown: number, further: bigint): string {
  if (letters.length === 0) return "no dead letters";
  const more = BigInt(letters.length - shown) + further;
  const count = `${letters.length}${further > 0n ? " and more" : ""} dead letter${letters.length === 1 ? "" : "s"}`;
  return [
    renderLetters(letters.slice(-shown)),
    "",
    `${count}${more > 0n ? `; ${more} not shown (-n)` : ""}`,
    "mend the cause, then cdc dlq replay --all; cdc dlq list --json has headers and values",
  ].join("\n");
}

export function renderReplay({ replayed, cameBack, staying, further }: ReplayResult): string {
  if (replayed.length + staying.length === 0) return "no dead letters";
  const taken = replayed.length - cameBack.length;
  return [
    `${replayed.length} replayed: ${taken} taken by the sink, ${cameBack.length} came back`,
    ...(cameBack.length === 0 ? [] : ["", renderLetters(cameBack)]),
    ...(staying.length === 0
      ? []
      : [
          "",
          `${staying.length} stay${staying.length === 1 ? "s" : ""}: cdc reconcile --repair brings the index in line, cdc dlq discard takes them out`,
          ...staying.map(({ letter, why }) => `  ${letter.offset}  ${letter.origin.topic}: ${why}`),
        ]),
    ...(further === 0n ? [] : ["", `${further} more behind them were not looked at: run it again`]),
  ].join("\n");
}

/** Everything that is known of a letter. */
export function jsonOf(letter: DeadLetter) {
  const { offset, reports, origin, failedAt, shard, table, key, change, stage, reason, record } = letter;
  return {
    offset: Number(offset),
    reports: reports.map(Number),
    timestamp: timeOf(letter),
    origin: placeJson(origin),
    failedAt: placeJson(failedAt),
    shard: shard?.name ?? null,
    table: table ?? null,
    key: key === null ? null : exactNumbers(key),
    op: change?.op ?? null,
    stage,
    reason,
    exception: errorHeader(record, "exception.class.name") ?? null,
    connector: errorHeader(record, "connector.name") ?? null,
    task: errorHeader(record, "task.id") ?? null,
    trace: errorHeader(record, "exception.stacktrace") ?? null,
    headers: ownHeaders(record).map(([name, value]) => ({ name, value: bytesJson(value) })),
    record: { key: bytesJson(record.key), value: bytesJson(record.value) },
  };
}

export function jsonOfReplay({ replayed, cameBack, staying, further }: ReplayResult) {
  return {
    replayed: replayed.map(({ offset }) => Number(offset)),
    taken: replayed.length - cameBack.length,
    cameBack: cameBack.map(jsonOf),
    staying: staying.map(({ letter, why }) => ({ ...jsonOf(letter), why })),
    further: Number(further),
  };
}

/** The record's own time: that of the change, not of its failure. */
function timeOf({ record: { timestampMs } }: DeadLetter): string {
  return timestampMs < 0 ? "-" : new Date(timestampMs).toISOString();
}

function placeJson({ topic, partition, offset }: DeadLetter["origin"]) {
  return { topic, partition, offset: Number(offset) };
}

/** JSON has whole numbers beyond 2^53 as text, or who reads it rounds them. */
function exactNumbers(key: Row): Row {
  return Object.fromEntries(
    Object.entries(key).map(([column, value]) => [column, typeof value === "bigint" ? String(value) : value]),
  );
}

/** Text as it is, other bytes as base64. */
function bytesJson(bytes: Buffer | null): string | { base64: string } | null {
  if (bytes === null) return null;
  return isUtf8(bytes) ? bytes.toString() : { base64: bytes.toString("base64") };
}

function keyText(key: Row | null): string {
  if (key === null) return "-";
  return Object.entries(key)
    .map(([column, value]) => `${column}=${renderValue(value, keyLimit)}`)
    .join(" ");
}

function shortened(text: string): string {
  // The engine's and Jackson's words may hold what a terminal should not be given.
  const plain = text.replaceAll(/\p{Cc}/gu, " ");
  return plain.length > reasonLimit ? `${plain.slice(0, reasonLimit)}…` : plain;
}
