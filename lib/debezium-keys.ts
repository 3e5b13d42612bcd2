/** Debezium's names of old, and what they are called since 2.0 (its documentation, "Migration" of each release). */

const renamed: Readonly<Record<string, string>> = {
  "database.server.name": "topic.prefix",
  "database.whitelist": "database.include.list",
  "database.blacklist": "database.exclude.list",
  "table.whitelist": "table.include.list",
  "table.blacklist": "table.exclude.list",
  "column.whitelist": "column.include.list",
  "column.blacklist": "column.exclude.list",
  "database.history": "schema.history.internal",
  "database.serverTimezone": "database.connectionTimeZone",
  "event.deserialization.failure.handling.mode": "event.processing.failure.handling.mode",
  "gtid.new.channel.position": "(gone: GTID sets are always compared)",
  "snapshot.new.tables": "(gone: use an incremental snapshot)",
};

const renamedPrefixes: readonly (readonly [string, string])[] = [
  ["database.history.", "schema.history.internal."],
  ["database.server.name.", "topic.prefix."],
];

const renamedSnapshotModes: Readonly<Record<string, string>> = {
  schema_only: "no_data",
  schema_only_recovery: "recovery",
  never: "no_data",
  initial_only: "initial",
  initial_schema_only: "no_data",
};

/** The name that a 1.x property has today; undefined for a name that is not an old one. */
export function successorOf(key: string): string | undefined {
  const exact = renamed[key];
  if (exact !== undefined) return exact;
  const prefix = renamedPrefixes.find(([old]) => key.startsWith(old));
  return prefix === undefined ? undefined : `${prefix[1]}${key.slice(prefix[0].length)}`;
}

/** The snapshot mode that stands for one that is gone, or that would leave a connector which never streams. */
export function snapshotModeSuccessor(mode: string): string | undefined {
  return renamedSnapshotModes[mode];
}
