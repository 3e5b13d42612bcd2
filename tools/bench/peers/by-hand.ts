/** Runs a pipeline by hand and takes the time. */
import { plainCdcLogin } from "./containers.ts";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TopicPlan } from "../../../plan/types.ts";
import { bareScript, type ByHand } from "./bare.ts";
import { changesSeen } from "./seen.ts";

/**
 * Starts everything by the script of `bareScript`.
 * @param topics made beside, as soon as the broker answers.
 * @returns seconds until a change was seen on every shard.
 * @throws Error with what the script wrote when it fails.
 */
export async function startByHand(hand: ByHand, topics: readonly TopicPlan[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "cdc-bench-"));
  let child: ChildProcess | undefined;
  try {
    const { script, files } = bareScript(hand);
    for (const { name, content } of files) await writeFile(join(folder, name), content);
    await writeFile(join(folder, "up.sh"), script);

    const began = performance.now();
    // In a group of its own, so that all of it can be ended.
    const bash = spawn("bash", ["up.sh"], { cwd: folder, detached: true, stdio: ["ignore", "ignore", "pipe"] });
    child = bash;
    const started = scriptEnded(bash);
    const seen = changesSeen(hand.plan, hand.shards, plainCdcLogin(hand.passwords), topics);
    const [seenAt] = await Promise.all([seen, started]);
    return (seenAt - began) / 1000;
  } finally {
    endGroup(child);
    await rm(folder, { recursive: true, force: true });
  }
}

async function scriptEnded(bash: ChildProcess & { readonly stderr: NodeJS.ReadableStream }): Promise<void> {
  const said = text(bash.stderr);
  const code = await new Promise<number | null>((resolve, reject) => {
    bash.once("error", reject);
    bash.once("exit", resolve);
  });
  if (code === 0) return;
  endGroup(bash);
  throw new Error(`the script by hand failed (exit code ${code}):\n${await said}`);
}

/** Ends the script with all that it has started; containers are the caller's to remove. */
function endGroup(child: ChildProcess | undefined): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGTERM");
  } catch {
    // All gone by itself.
  }
}
