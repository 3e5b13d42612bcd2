/** A plugin ends when the Pulumi engine does, however that ended. Pulumi's own plugins in Go do; its SDK for Node does not. */

/**
 * The engine holds the other end of the plugin's standard input, and never writes to it: it is at its end as soon as the
 * engine is gone, killed or not. Then this process ends at once, with every program that it has started and waits for.
 */
export function endWithEngine(): void {
  process.stdin.on("end", end).on("error", end);
  process.stdin.resume();
}

function end(): never {
  try {
    // The engine has made the plugin the leader of a process group of its own.
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // Started by hand it is none; then there is nobody but itself to end.
  }
  process.exit(1);
}
