/** A status as a person reads it. Pure, but for colours. */
import { formatTable } from "../../lib/table.ts";
import { coloured } from "../output.ts";
import { ago, bytes, duration } from "../../lib/words.ts";
import type { ReadSideStatus, ShardStatus, Status, StatusProblem, UnmanagedConnector } from "./schema.ts";

/**
 * The whole page: verdict, shards, problems, containers that are not well, topics.
 * @param past how far behind connectors were, drawn already.
 */
export function renderStatus(status: Status, past?: string): string {
  const { problems } = status;
  return [
    verdictOf(status),
    shardTable(status),
    ...(status.readSide === null ? [] : [readSideTable(status.readSide)]),
    ...(past === undefined ? [] : [past]),
    ...(problems.length === 0 ? [] : [problems.map(renderProblem).join("\n")]),
    [containerLine(status), ...tableLines(status), ...topicLines(status), ...releasedLines(status)].join("\n"),
    ...(status.unmanagedConnectors.length === 0 ? [] : [unmanagedTable(status.unmanagedConnectors)]),
    ...(status.readSide === null || status.readSide.indices.length === 0 ? [] : [indexTable(status.readSide)]),
  ].join("\n\n");
}

function releasedLines({ released }: Status): string[] {
  return released.map(
    ({ volume, shard, mysqlVersion }) =>
      `released: volume ${volume} has the rows of ${shard}${mysqlVersion === null ? "" : ` (MySQL ${mysqlVersion})`}, ` +
      `which is planned no longer; docker volume rm ${volume} removes them for good`,
  );
}

function verdictOf({ stack, verdict, problems, checkedAt }: Status): string {
  const unread = problems.filter(({ isUnknown }) => isUnknown).length;
  const wrong = problems.length - unread;
  const notRead = `${counted(unread, "thing")} could not be read`;
  const words = {
    healthy: coloured("green", "healthy"),
    unhealthy: coloured("red", counted(wrong, "problem")) + (unread === 0 ? "" : `, ${coloured("yellow", notRead)}`),
    unknown: coloured("yellow", `unknown, ${notRead}`),
  };
  return `${stack}: ${words[verdict]}  (${checkedAt})`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function shardTable({ shards, checkedAt }: Status): string {
  const header = [
    "SHARD",
    "CONNECTOR",
    "STATE",
    "TASK",
    "PHASE",
    "LAG",
    "BEHIND",
    "HEARTBEAT",
    "LAST CHANGE",
    "RESTARTS",
  ];
  const atMs = Date.parse(checkedAt);
  return formatTable(
    header,
    shards.map((shard) => [
      shard.name,
      shard.connector,
      stateText(shard.state, shard),
      stateText(shard.task, shard),
      shard.phase ?? "-",
      shard.lagMs === null ? "-" : duration(shard.lagMs),
      shard.binlogBehindBytes === null ? "-" : bytes(shard.binlogBehindBytes),
      shard.heartbeatAgeMs === null ? "-" : ago(shard.heartbeatAgeMs),
      shard.lastChangeAt === null ? "-" : ago(atMs - Date.parse(shard.lastChangeAt)),
      shard.guard?.restarts,
    ]),
  );
}

function readSideTable({ sink, deadLetters, engine }: ReadSideStatus): string {
  const tasks = [...Map.groupBy(sink.tasks, (state) => state)].map(([state, those]) => `${those.length} ${state}`);
  const age = sink.lagMs === null || sink.lagMs === 0 ? "" : `, ${duration(sink.lagMs)}`;
  const lag = sink.lagRecords === null ? "-" : `${sink.isLagExact ? "" : "up to "}${sink.lagRecords} records${age}`;
  const paint = (isWell: boolean, text: string) => coloured(isWell ? "green" : "red", text);
  return formatTable(
    ["SINK", "STATE", "TASKS", "LAG", "DEAD LETTERS", "ENGINE"],
    [
      [
        sink.connector,
        sink.state === null ? "-" : paint(sink.state === "RUNNING", sink.state),
        tasks.length === 0
          ? "-"
          : paint(
              sink.tasks.every((state) => state === "RUNNING"),
              tasks.join(", "),
            ),
        lag,
        deadLetters === null ? "-" : paint(deadLetters === 0, String(deadLetters)),
        engine === null ? "-" : paint(engine !== "red", engine),
      ],
    ],
  );
}

function indexTable({ indices }: ReadSideStatus): string {
  return formatTable(
    ["INDEX", "TABLE", "DOCUMENTS"],
    indices.map(({ alias, table, documents }) => [alias, table, documents ?? undefined]),
  );
}

function stateText(state: string | null, { declared }: ShardStatus): string {
  if (state === null) return "-";
  return coloured(state.toLowerCase() === declared ? "green" : "red", state);
}

function renderProblem({ part, message, hint, remedy, isUnknown }: StatusProblem): string {
  const [first = "", ...others] = message.split("\n");
  return [
    `${coloured(isUnknown ? "yellow" : "red", part)}: ${first}`,
    ...others.map((line) => `  ${line.trim()}`),
    ...(hint === null ? [] : [`  hint: ${hint}`]),
    `  what to do: ${remedy}`,
  ].join("\n");
}

function containerLine({ containers }: Status): string {
  const well = containers.filter(({ state, health }) => state === "running" && (health ?? "healthy") === "healthy");
  const others = containers.filter((one) => !well.includes(one));
  const count = `containers  ${well.length} of ${containers.length} healthy`;
  if (others.length === 0) return count;
  return `${count}; ${others.map(({ component, state, health }) => `${component} ${health ?? state}`).join(", ")}`;
}

/** How many tables were read, all shards together; those that were not, by name. */
function tableLines({ shards }: Status): string[] {
  const tables = shards.flatMap(({ name, tables: of }) => of.map((one) => ({ ...one, name: `${name} ${one.table}` })));
  if (tables.length === 0) return [];
  const others = Map.groupBy(
    tables.filter(({ read }) => read !== "read"),
    ({ read, why }) => (why === null ? read : `${read} (${why})`),
  );
  const count = `tables      ${tables.filter(({ read }) => read === "read").length} of ${tables.length} read`;
  return [[count, ...[...others].map(([state, those]) => `${those.length} ${state}: ${few(those)}`)].join("; ")];
}

function few(tables: readonly { readonly name: string }[]): string {
  const names = tables.slice(0, 4).map(({ name }) => name);
  return tables.length > names.length ? `${names.join(", ")} …` : names.join(", ");
}

/** What somebody has registered beside the plan. */
function unmanagedTable(unmanagedConnectors: readonly UnmanagedConnector[]): string {
  return formatTable(
    ["NOT IN THE PLAN", "CLASS", "STATE", "TASKS", "WAITS FOR"],
    unmanagedConnectors.map(({ name, class: of, state, tasks, waitsFor }) => [
      name,
      of.split(".").at(-1),
      state,
      tasks.join(", ") || "-",
      waitsFor.join(", ") || "-",
    ]),
  );
}

/** The data topics with their counts; the pipeline's own as a number. */
function topicLines({ topics }: Status): string[] {
  if (topics.length === 0) return ["topics      unknown"];
  const declared = topics.filter(({ remark }) => remark !== "undeclared");
  const wrong = declared.filter(({ remark }) => remark !== null);
  const undeclared = topics.length - declared.length;
  const data = declared.filter(({ kind }) => kind === "data" || kind === "merged data");
  const count = `topics      ${declared.length - wrong.length} of ${declared.length} as declared`;
  return [
    `${count}${undeclared === 0 ? "" : `; ${undeclared} that nobody declared`}  (cdc topics lists them)`,
    "",
    formatTable(
      ["DATA TOPIC", "RECORDS"],
      data.map(({ name, records }) => [name, records ?? undefined]),
    ),
    "RECORDS counts offsets; the marks of transactions, which no consumer sees, are among them.",
  ];
}
