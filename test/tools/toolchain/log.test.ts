import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "../../../tools/toolchain/log.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function collecting(isTTY: boolean) {
  const written: string[] = [];
  return { written, sink: { isTTY, write: (text: string) => written.push(text) } };
}

const after = (ms: number) => new Promise<string>((resolve) => setTimeout(() => resolve("done"), ms));

test("a line carries the seconds since the command began, bootstrap included", () => {
  const { written, sink } = collecting(false);
  const log = createLog(sink, 10, () => Date.now());
  vi.advanceTimersByTime(2300);
  log("images: there");
  expect(written).toEqual(["[ 12.3 s] images: there\n"]);
});

test("a long step says every 15 s that it goes on, and how long it took", async () => {
  const { written, sink } = collecting(false);
  const log = createLog(sink, 0, () => Date.now());
  const step = log.during("building", () => after(40_000));
  await vi.advanceTimersByTimeAsync(40_000);
  expect(await step).toBe("done");
  expect(written).toEqual([
    "[ 15.0 s] building … 15 s\n",
    "[ 30.0 s] building … 30 s\n",
    "[ 40.0 s] building: 40.0 s\n",
  ]);
});

test("on a terminal one line counts and is cleared at the end", async () => {
  const { written, sink } = collecting(true);
  const log = createLog(sink, 0, () => Date.now());
  const step = log.during("building", () => after(2500));
  await vi.advanceTimersByTimeAsync(2500);
  await step;
  expect(written.slice(0, -2).every((text) => text.startsWith("\r") && !text.includes("\n"))).toBe(true);
  expect(written.slice(-2)).toEqual(["\r\u001b[K", "[  2.5 s] building: 2.5 s\n"]);
});

test("a failing step prints no success, rejects, and stops counting", async () => {
  const { written, sink } = collecting(false);
  const log = createLog(sink, 0, () => Date.now());
  await expect(log.during("building", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual([]);
});
