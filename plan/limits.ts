/** How much of the machine a container may take. */

/**
 * Processes and threads of a container at once: what OpenShift gives a pod (`podPidsLimit`, its default 4096), forty times what
 * a broker has and eighty times a worker with one connector. A process that multiplies itself meets it long before the machine's
 * own end (`kernel.pid_max`, 32768 on small machines). One number for all but MySQL, as a worker's by its connectors would
 * change with every shard.
 */
export const pidsLimit = 4096;

const factors: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** MySQL has a thread for each connection: those that somebody allows come on top. @param maxConnections as mysqld takes it: `5000`, `5K`. */
export function mysqlPidsLimit(maxConnections: string | undefined): number {
  const [, digits = "0", unit = ""] = /^(\d+)([kmg]?)$/i.exec(maxConnections ?? "") ?? [];
  // mysqld itself takes 100000 at most.
  return pidsLimit + Math.min(Number(digits) * (factors[unit.toLowerCase()] ?? 1), 100_000);
}
