import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isAlive, withLock } from "../../toolchain/lock.ts";

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
  expect(await withLock(file, nobody, () => Promise.resolve(readFileSync(file, "utf8")))).toBe(String(process.pid));
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
