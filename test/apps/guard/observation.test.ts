import { describe, expect, it } from "vitest";
import { isRunning, isSnapshotting, summary } from "../../../apps/guard/observation.ts";
import { running, statusOf, task } from "../../support/fake-worker.ts";

const partition = { server: "shard0" };
const place = { file: "mysql-bin.000003", pos: 2154 };

describe("isSnapshotting", () => {
  it.each<[string, boolean, Record<string, unknown> | null]>([
    ["a stream", false, place],
    ["a first snapshot", true, { ...place, snapshot: "INITIAL", snapshot_completed: false }],
    ["a first snapshot that is complete", false, { ...place, snapshot: "INITIAL", snapshot_completed: true }],
    ["an incremental snapshot beside the stream", false, { ...place, snapshot: "INCREMENTAL" }],
    ["an offset that was forgotten", true, null],
  ])("of %s: %s", (_, expected, offset) => {
    expect(isSnapshotting([{ partition, offset }])).toBe(expected);
  });

  it("holds before there is any offset", () => {
    expect(isSnapshotting([])).toBe(true);
  });
});

describe("summary", () => {
  it("tells where a failure began, in one line", () => {
    const trace = "A: it broke\n\tat a.b(C.java:1)\nCaused by: B: in between\n\t... 5 more\nCaused by: C: here\n\tat d";
    expect(summary(statusOf("a", "RUNNING", [task("FAILED", trace)]))).toBe("task 0 FAILED (C: here)");
    expect(summary(statusOf("a", "FAILED", [], "A: it broke\n\tat a"))).toBe("connector FAILED (A: it broke)");
    expect(summary(statusOf("a", "RUNNING", [task("FAILED", `A: ${"x".repeat(500)}`)]))).toHaveLength(257);
    expect(summary(statusOf("a", "RUNNING", [task("FAILED")]))).toBe("task 0 FAILED");
  });

  it("tells a state that is neither well nor failed", () => {
    expect(summary(statusOf("a", "RUNNING", []))).toBe("RUNNING without a task");
    expect(summary(statusOf("a", "RUNNING", [task("UNASSIGNED")]))).toBe("RUNNING, task 0 UNASSIGNED");
    expect(summary(running("a"))).toBe("RUNNING");
  });
});

describe("isRunning", () => {
  it("takes a task that runs, not a word", () => {
    expect(isRunning(running("a"))).toBe(true);
    expect(isRunning(statusOf("a", "RUNNING", []))).toBe(false);
    expect(isRunning(statusOf("a", "RUNNING", [task("RESTARTING")]))).toBe(false);
  });
});
