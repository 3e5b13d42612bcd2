/** Looks at the machine that this program runs on. */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { freemem, totalmem } from "node:os";
import { isErrno } from "../lib/run.ts";
import type { MachineView } from "./world.ts";

const mib = 1024 ** 2;

export function lookAtMachine(): MachineView {
  return { totalMemoryMiB: totalmem() / mib, freeMemoryMiB: freemem() / mib };
}

/** Whether something listens on IP:PORT (or on all addresses). */
export function portIsTaken(port: number, ip: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // Another error (a low port that this user may not open) says nothing about the engine, which may.
    server.once("error", (error) => resolve(isErrno(error, "EADDRINUSE")));
    server.listen({ port, host: ip, exclusive: true }, () => server.close(() => resolve(false)));
  });
}

/** Free space where the folder lies; undefined when there is no such folder here. */
export async function freeDiskMiB(folder: string): Promise<number | undefined> {
  if (!existsSync(folder)) return undefined;
  const { bavail, bsize } = await statfs(folder);
  return (bavail * bsize) / mib;
}
