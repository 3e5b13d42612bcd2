import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isAlive } from "../../../lib/alive.ts";
import { withLock } from "../../../tools/toolchain/lock.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-lock-"));
  file = join(folder, "lock");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const nobody = () => {
  throw new Error("there is nobody to wait for");
};

test("holds the lock with its pid during the work, and frees it also when the work fails", async () => {
  const held = await withLock(file, nobody, () => Promise.resolve(readFileSync(file, "utf8")));
  expect(Number(held.split(" ")[0])).toBe(process.pid);
  expect(existsSync(file)).toBe(false);
  await expect(withLock(file, nobody, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(file)).toBe(false);
});

test("takes over from a process that is gone", async () => {
  const gone = spawn("true");
  await once(gone, "exit");
  expect(isAlive(gone.pid as number)).toBe(false);
  writeFileSync(file, String(gone.pid));
  expect(await withLock(file, nobody, () => Promise.resolve("done"))).toBe("done");
});

test.runIf(process.platform === "linux")("takes a process that ended and was never waited for as gone", async () => {
  const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
  try {
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    const parentIsNoShell = () => expect(readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
    // A shell might wait for a child that ends before its `exec`; sleep never does.
    await vi.waitFor(parentIsNoShell, { timeout: 4000 });
    process.kill(pid);
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /), { timeout: 4000 });
    expect(isAlive(pid)).toBe(false);
  } finally {
    parent.kill();
  }
});

test("takes over from a process whose number another one has by now", async () => {
  writeFileSync(file, `${process.pid} 1 abcd`);
  if (process.platform === "linux") expect(await withLock(file, nobody, () => Promise.resolve("done"))).toBe("done");
});

/** Adds a line when it comes in and one when it goes out, with the lock in between. */
const worker = `
import { appendFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { withLock } from ${JSON.stringify(new URL("../../../tools/toolchain/lock.ts", import.meta.url).href)};
const [file, log] = process.argv.slice(2);
await withLock(file, () => {}, async () => {
  appendFileSync(log, "in " + process.pid + "\\n");
  await setTimeout(20);
  appendFileSync(log, "out " + process.pid + "\\n");
});
process.exit(0);
`;

test(
  "lets one at a time through a dead lock, of many processes that find it at once",
  { timeout: 300_000 },
  async () => {
    const script = join(folder, "worker.ts");
    const log = join(folder, "log");
    writeFileSync(script, worker);
    for (let round = 0; round < 3; round += 1) {
      const gone = spawn("true");
      await once(gone, "exit");
      writeFileSync(file, `${gone.pid} - dead${round}`);
      writeFileSync(log, "");
      const workers = Array.from({ length: 12 }, () =>
        spawn(process.execPath, [script, file, log], { stdio: "inherit" }),
      );
      const codes = await Promise.all(workers.map(async (child) => ((await once(child, "exit")) as [number])[0]));
      expect(codes).toEqual(codes.map(() => 0));
      const lines = readFileSync(log, "utf8").trim().split("\n");
      expect(lines).toHaveLength(24);
      for (let index = 0; index < lines.length; index += 2)
        expect(lines[index + 1]).toBe(lines[index]?.replace("in", "out"));
      expect(readdirSync(folder).filter((name) => name.startsWith("lock"))).toEqual([]);
    }
  },
);

test("waits for a living holder, telling once whom", async () => {
  const holder = spawn("sleep", ["60"]);
  try {
    writeFileSync(file, String(holder.pid));
    const told: number[] = [];
    const second = withLock(
      file,
      (pid) => told.push(pid),
      () => Promise.resolve(existsSync(file)),
    );
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(told).toEqual([holder.pid]);
    rmSync(file);
    expect(await second).toBe(true);
  } finally {
    holder.kill();
  }
});
