/** Checks before a first change: are the ports free that the stack publishes? */
import { createServer } from "node:net";
import { isErrno, run, UserError } from "./run.ts";

/** A port on 127.0.0.1 and what it is for, such as "MySQL of shard0". */
export interface WantedPort {
  port: number;
  what: string;
}

/** The host ports in the PORTS column of `docker ps`, ranges included: "127.0.0.1:3308->3306/tcp". */
export function publishedPorts(column: string): Set<number> {
  const ports = new Set<number>();
  for (const [, first, last] of column.matchAll(/:(\d+)(?:-(\d+))?->/g)) {
    for (let port = Number(first); port <= Number(last ?? first); port++) ports.add(port);
  }
  return ports;
}

/** The ports that running containers of the stack publish. */
export async function portsOfStack(label: string): Promise<Set<number>> {
  const { stdout } = await run("docker", [
    "container",
    "ls",
    "--filter",
    `label=cdc.stack=${label}`,
    "--format",
    "{{.Ports}}",
  ]);
  return publishedPorts(stdout);
}

/**
 * Returns when every port is free or the stack's own.
 * @param own ports that the stack's containers hold already.
 * @throws {UserError} naming each port that something else holds.
 */
export async function checkPorts(wanted: readonly WantedPort[], own: ReadonlySet<number>): Promise<void> {
  const taken: WantedPort[] = [];
  for (const one of wanted) if (!own.has(one.port) && (await isTaken(one.port))) taken.push(one);
  if (taken.length === 0) return;
  const names = taken.map(({ port, what }) => `port ${port} (${what})`).join(", ");
  throw new UserError(
    `${names} ${taken.length === 1 ? "is" : "are"} in use by another process`,
    "free it, or shift every port of the stack: pulumi config set portOffset 1000 (after `. .cdc/env`)",
  );
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // Another error (a low port that this user may not open) says nothing about the engine, which may.
    server.once("error", (error) => resolve(isErrno(error, "EADDRINUSE")));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(false)));
  });
}
