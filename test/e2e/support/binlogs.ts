/** A server's binary log files, as a person takes them away. */
import { until } from "./until.ts";

/**
 * Purges all files but the newest. MySQL leaves one that a reader still has open, and notices a while later that a reader has
 * gone; so it is asked until only the newest is there.
 * @param run runs a statement.
 * @param files the names that SHOW BINARY LOGS gives.
 */
export async function purgeBinlogs(
  run: (statement: string) => Promise<unknown>,
  files: () => Promise<readonly string[]>,
): Promise<void> {
  const newest = (await files()).at(-1);
  await until(
    "the older binary log files are gone",
    async () => {
      await run(`PURGE BINARY LOGS TO '${newest}'`);
      return await files();
    },
    (left) => left.length === 1,
    1000,
  );
}
