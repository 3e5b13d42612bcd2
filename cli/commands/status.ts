/** `cdc status`: is everything well, and how far behind is each shard? */
import { setTimeout } from "node:timers/promises";
import { InvalidArgumentError, Option, type Command } from "commander";
import { globalsOf, openStack, type GlobalOptions } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { asJson, print } from "../output.ts";
import { judge } from "../status/judge.ts";
import { observe } from "../status/observe.ts";
import { renderStatus } from "../status/render.ts";
import type { Status } from "../status/schema.ts";
import { renderPast, Watch } from "../status/past.ts";
import { showsBlocks } from "../status/sparkline.ts";
import type { PipelinePlan } from "../../plan/types.ts";

const watchSecondsByDefault = 2;

export function register(program: Command): void {
  program
    .command("status")
    .addOption(
      new Option("-w, --watch [seconds]", "look again and again, until Ctrl-C")
        .preset(String(watchSecondsByDefault))
        .argParser(seconds),
    )
    .summary("is everything well, and how far behind is each shard?")
    .description(
      "Looks at every part of the stack at once: containers, connectors and tasks, lag, topics, guard. Every problem is " +
        "reported with what to do; the exit code is 1 when there is one. A part that does not answer hides no other.",
    )
    .addHelpText("after", helpText)
    .action(async ({ watch }: { watch?: number }, command: Command) => {
      const globals = globalsOf(command);
      const stack = await openStack(globals);
      const look = async () => judge(stack.plan, await observe(stack));
      if (watch === undefined) {
        const status = await look();
        print({ json: status, text: renderStatus(status) }, globals);
        process.exitCode = exitCodeOf(status);
      } else {
        await watchStatus(stack.plan, look, watch, globals);
      }
    });
}

/** 3 when there is nothing of the stack to be seen at all. */
export function exitCodeOf({ healthy, containers }: Status): ExitCode {
  if (healthy) return exitCodes.fine;
  const seen = containers.some(({ state }) => state !== "missing" && state !== "unknown");
  return seen ? exitCodes.unhealthy : exitCodes.unreachable;
}

/** Until Ctrl-C; the exit code is that of the last look. */
async function watchStatus(
  plan: PipelinePlan,
  look: () => Promise<Status>,
  pauseSeconds: number,
  globals: GlobalOptions,
): Promise<void> {
  const past = !globals.json && process.stdout.isTTY && showsBlocks(process.env) ? new Watch() : undefined;
  const end = new AbortController();
  const stop = () => end.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    while (!end.signal.aborted) {
      const status = await look();
      process.exitCode = exitCodeOf(status);
      const drawn = past === undefined ? undefined : await pastOf(plan, status, past);
      show(status, drawn, globals);
      await setTimeout(pauseSeconds * 1000, undefined, { signal: end.signal }).catch(() => {}); // Ctrl-C ends the pause
    }
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

const clearScreen = "\u001B[H\u001B[2J\u001B[3J";

/** How far behind the connectors were, drawn; undefined where there is nothing to draw. */
async function pastOf(plan: PipelinePlan, status: Status, past: Watch): Promise<string | undefined> {
  const sink = status.readSide === null ? [] : [status.readSide.sink.connector];
  const names = [...status.shards.map(({ connector }) => connector), ...sink];
  // A terminal that does not tell its width says 0.
  return renderPast(await past.after(plan, status), names, process.stdout.columns || 80);
}

/** @param drawn stands under the shards' tables; a terminal alone has it. */
function show(status: Status, drawn: string | undefined, { json }: GlobalOptions): void {
  if (json) console.log(JSON.stringify(asJson(status)));
  else if (process.stdout.isTTY) process.stdout.write(`${clearScreen}${renderStatus(status, drawn)}\n`);
  else console.log(`${renderStatus(status)}\n`);
}

function seconds(text: string): number {
  const value = Number(text);
  if (value >= 0.5 && value <= 3600) return value;
  throw new InvalidArgumentError("seconds from 0.5 to 3600 are allowed.");
}

const helpText = `
What the columns say:
  PHASE        snapshot, incremental snapshot, streaming, paused, stopped, failed, starting
  LAG          of the newest heartbeat row: from its commit on the shard to its arrival on the topic
  BEHIND       bytes of the shard's binlog after the connector's stored place
  HEARTBEAT    when the newest heartbeat arrived; they come every few seconds, however quiet the shard is
  LAST CHANGE  when the newest record came to the shard's data topics
  RESTARTS     by the guard, since the connector was last well for long enough

With --watch a terminal also draws how far behind each connector was over the last 15 minutes: the age of a shard's last
heartbeat, and how long the sink's oldest record has waited. With cdc:monitoring the guard remembers it; else the watch does.

Examples:
  cdc status
  cdc status --watch 5
  cdc status --json | jq -r '.problems[].message'
  until cdc status > /dev/null; do sleep 2; done

The JSON's shape is docs/status.schema.json; with --watch there is one document a line.`;
