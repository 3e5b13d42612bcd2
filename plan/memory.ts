/**
 * How much memory a container may take: the most that its process can want by its settings, so that no limit ends what worked
 * without one, and a process that takes without end is ended before it takes the machine's. A limit is no reservation: their
 * sum may be more than the machine has. Page cache counts too, so a limit near the need would slow what reads and writes files.
 *
 * Measured peaks of resident memory over all end-to-end tests: broker 467 MiB (heap 512, limit 1536), worker 720 (heap 1024,
 * limit 2560), search engine 701 (heap 512, limit 1536), MySQL 500 (buffer pool 64, limit 3372), search page 40 (limit 256),
 * guard 65 to 81, with rows of megabytes 192 (limit 256), Prometheus 29 (limit 512), Alertmanager 17 (limit 256).
 */

/** Of Prometheus: series and their labels in memory, and what its files have in the page cache. */
export const prometheusMemoryLimitMiB = 512;

export const alertmanagerMemoryLimitMiB = 256;

/** Programs of Node: one that wants more is broken, and ends before it takes memory from what it serves. */
export const nodeMemoryLimitMiB = 256;

const mib = 1024 ** 2;

/** Classes, compiled code, thread stacks, the collector. */
const jvmOverheadMiB = 512;

/** Direct buffers may be as much as the heap beside it (`-XX:MaxDirectMemorySize`, whose default is `-Xmx`). */
export function jvmMemoryLimitMiB(heapMiB: number): number {
  return 2 * heapMiB + jvmOverheadMiB;
}

/** mysqld's own default of `max_connections`. */
const defaultConnections = 151;
/** Code, log buffer, dictionary, binlog threads: 190 MiB measured. */
const mysqldMiB = 256;
/** Stack, and buffers for sorts, joins, reads and packets by their defaults. */
const connectionMiB = 4;
/** A temporary table of each connection by the default of `tmp_table_size`, and all of them by the largest of `temptable_max_ram`. */
const temporaryTableMiB = 16;
const temporaryTablesMiB = 4096;
/** The Performance Schema grows with tables and connections, and has no size of its own. */
const performanceSchemaMiB = 1024;
/** Of one open table, or its definition. */
const openTableBytes = 16 * 1024;
/** Statements of the largest size at once: as sent, as parsed, in the binlog's cache. */
const packets = 8;

const perConnection =
  /^(sort_buffer_size|join_buffer_size|read_buffer_size|read_rnd_buffer_size|binlog_(stmt_)?cache_size|bulk_insert_buffer_size|myisam_sort_buffer_size|thread_stack|tmp_table_size|max_heap_table_size|net_buffer_length|range_optimizer_max_mem_size|innodb_sort_buffer_size|innodb_ddl_buffer_size)$/;
const openTables = /^(table_open_cache|table_definition_cache|innodb_open_files)$/;
const ofTheServer = /(_buffer_size|_cache_size|_max_ram)$/;

const factors: Readonly<Record<string, number>> = { "": 1, k: 1024, m: mib, g: 1024 ** 3 };

/** A number as mysqld takes it: `5000`, `5K`, `1G`. Undefined when it is none. */
export function mysqlNumber(value: string | undefined): number | undefined {
  const [, digits, unit = ""] = /^(\d+)([kmg]?)$/i.exec(value ?? "") ?? [];
  return digits === undefined ? undefined : Number(digits) * (factors[unit.toLowerCase()] ?? 1);
}

/**
 * The buffer pool and half of it for its administration, and all connections at work at once. Options that take memory raise it.
 * @param options mysqld's, with `_` in their names.
 */
export function mysqlMemoryLimitMiB(bufferPoolMiB: number, options: Readonly<Record<string, string>>): number {
  const connections = Math.max(defaultConnections, mysqlNumber(options["max_connections"]) ?? 0);
  const further = Object.entries(options).map(([name, value]) => furtherBytes(name, value, connections) / mib);
  return Math.ceil(
    1.5 * bufferPoolMiB +
      mysqldMiB +
      connections * connectionMiB +
      Math.min(connections * temporaryTableMiB, temporaryTablesMiB) +
      further.reduce((sum, one) => sum + one, 0),
  );
}

/** What an option may add, at most; a default that is in it already is counted twice, which does no harm. */
function furtherBytes(written: string, value: string, connections: number): number {
  const name = written.replace(/^loose_/, "");
  if (name === "performance_schema") return /^(off|0|false)$/i.test(value) ? 0 : performanceSchemaMiB * mib;
  const number = mysqlNumber(value) ?? 0;
  if (perConnection.test(name)) return number * connections;
  if (openTables.test(name)) return number * openTableBytes;
  if (name === "max_allowed_packet") return number * packets;
  return ofTheServer.test(name) ? number : 0;
}
