import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { isAlive } from "../../lib/alive.ts";

const entry = join(import.meta.dirname, "..", "..", "provider", "main.ts");

test(
  "the plugin ends with the engine that holds its standard input, and so does what it has started",
  { timeout: 120_000 },
  async () => {
    // The leader of a process group, as the engine makes it; here with a child that would sleep on.
    const plugin = spawn("sh", ["-c", `sleep 600 & echo $!; exec "${process.execPath}" "${entry}" 127.0.0.1:1`], {
      detached: true,
      stdio: ["pipe", "pipe", "inherit"],
    });
    let output = "";
    plugin.stdout.on("data", (chunk) => (output += String(chunk)));
    // The child's number, then the port on which it serves.
    await vi.waitFor(() => expect(output.trim().split("\n")).toHaveLength(2), { timeout: 60_000 });
    const child = Number(output.split("\n")[0]);
    expect(isAlive(child)).toBe(true);
    const ended = once(plugin, "exit");
    plugin.stdin.destroy();
    await ended;
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), { timeout: 10_000 });
  },
);
