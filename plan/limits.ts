/** How many processes a container may have at once; what memory it may take is in memory.ts. */
import { mysqlNumber } from "./memory.ts";

/**
 * Processes and threads of a container at once: what OpenShift gives a pod (`podPidsLimit`, its default 4096), forty times what
 * a broker has and eighty times a worker with one connector. A process that multiplies itself meets it long before the machine's
 * own end (`kernel.pid_max`, 32768 on small machines). One number for all but MySQL, as a worker's by its connectors would
 * change with every shard.
 */
export const pidsLimit = 4096;

/** MySQL has a thread for each connection: those that somebody allows come on top. @param maxConnections as mysqld takes it: `5000`, `5K`. */
export function mysqlPidsLimit(maxConnections: string | undefined): number {
  // mysqld itself takes 100000 at most.
  return pidsLimit + Math.min(mysqlNumber(maxConnections) ?? 0, 100_000);
}
