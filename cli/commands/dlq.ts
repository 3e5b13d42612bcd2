/** `cdc dlq`: records that the sink could not take, listed, given to it once more, or taken out. */
import { InvalidArgumentError, type Command } from "commander";
import { UserError } from "../../lib/run.ts";
import type { ReadSidePlan } from "../../plan/types.ts";
import { confirmed } from "../confirm.ts";
import { globalsOf, lookAtOwner, planOf, type GlobalOptions, type OperatedStack } from "../context.ts";
import type { DeadLetter } from "../dlq/letter.ts";
import { exitCodes, UsageError } from "../exit.ts";
import { print, progress } from "../output.ts";
import type { Use } from "../whose.ts";

interface Chosen {
  readonly all?: true;
  readonly yes?: true;
}

export function register(program: Command): void {
  const dlq = program
    .command("dlq")
    .summary("dead letters: records that the sink could not take")
    .description(
      "Lists the records that the sink could not take, gives them to it once more when the cause is mended, or takes them out.",
    )
    .helpCommand(false);
  registerList(dlq);
  registerReplay(dlq);
  registerDiscard(dlq);
}

function registerList(dlq: Command): void {
  dlq
    .command("list")
    .option("-n, --count <letters>", "only the newest so many", positive, 50)
    .summary("which there are, and why")
    .description(
      "Lists dead letters, the oldest first: offset, time of the change, shard, table, key, where it failed and why.",
    )
    .addHelpText("after", listHelp)
    .action(async ({ count }: { count: number }, command: Command) => {
      const { globals, stack, readSide } = await open(command, "reads");
      const [{ readLetters }, { jsonOf, renderList }] = await modules();
      const { letters, part } = await readLetters(stack, readSide);
      const shown = Math.min(count, letters.length);
      print(
        { json: letters.slice(-shown || letters.length).map(jsonOf), text: renderList(letters, shown, part.further) },
        globals,
      );
    });
}

function registerReplay(dlq: Command): void {
  dlq
    .command("replay")
    .argument("[offsets...]", "which, as cdc dlq list numbers them", offset, [])
    .option("-a, --all", "all of them")
    .summary("give them to the sink once more")
    .description(
      "Gives dead letters to the sink once more and waits until it has dealt with them. What it takes leaves the dead letter " +
        "topic; what it cannot take again comes back with the new reason. The tables' own topics are not written to.",
    )
    .addHelpText("after", replayHelp)
    .action(async (offsets: bigint[], options: Chosen, command: Command) => {
      const choose = choiceOf(offsets, options);
      const { globals, stack, readSide } = await open(command, "changes");
      const [{ replay }, { jsonOfReplay, renderReplay }] = await modules();
      const { rowsOf } = await import("../dlq/rows.ts");
      const result = await replay(stack, readSide, choose, rowsOf(stack, readSide), (step) => progress(step, globals));
      print({ json: jsonOfReplay(result), text: renderReplay(result) }, globals);
      if (result.cameBack.length + result.staying.length > 0) process.exitCode = exitCodes.unhealthy;
    });
}

function registerDiscard(dlq: Command): void {
  dlq
    .command("discard")
    .argument("[offsets...]", "which, as cdc dlq list numbers them", offset, [])
    .option("-a, --all", "all of them")
    .option("-y, --yes", "do not ask")
    .summary("take them out without having them indexed")
    .description(
      "Takes dead letters out of the topic for good. The index stays without their changes: see cdc reconcile, which finds and " +
        "repairs what differs.",
    )
    .addHelpText("after", "\nExamples:\n  cdc dlq discard 17\n  cdc dlq discard --all --yes")
    .action(async (offsets: bigint[], options: Chosen, command: Command) => {
      const choose = choiceOf(offsets, options);
      const { globals, stack, readSide } = await open(command, "changes");
      const [{ readLetters }, { jsonOf, renderLetters }] = await modules();
      const { takeOut } = await import("../dlq/topic.ts");
      const { part, letters } = await readLetters(stack, readSide);
      const chosen = choose(letters);
      if (chosen.length === 0) {
        print({ json: { discarded: [] }, text: "no dead letters" }, globals);
        return;
      }
      if (options.yes !== true)
        await ask(`${renderLetters(chosen)}\ndiscard ${chosen.length === 1 ? "it" : "them"} for good?`);
      const gone = new Set(chosen.flatMap(({ reports }) => reports));
      await takeOut(stack.plan.kafka.endpoints.fromHost, readSide.deadLetterTopic, part, gone);
      print({ json: { discarded: chosen.map(jsonOf) }, text: `${chosen.length} discarded` }, globals);
    });
}

/** The client of Kafka takes a while to load; `--help` need not wait for it. */
async function modules() {
  return await Promise.all([import("../dlq/replay.ts"), import("../dlq/render.ts")]);
}

async function open(
  command: Command,
  use: Use,
): Promise<{ globals: GlobalOptions; stack: OperatedStack; readSide: ReadSidePlan }> {
  const globals = globalsOf(command);
  const stack = await planOf(globals);
  const { readSide } = stack.plan;
  if (readSide === undefined)
    throw new UsageError(
      `stack ${stack.plan.stack} has no read side`,
      "set readSide.enabled in its file and run pulumi up",
    );
  await lookAtOwner(stack, use);
  return { globals, stack, readSide };
}

/** @throws UsageError when nothing is chosen, both are, or there is no such letter. */
export function choiceOf(
  offsets: readonly bigint[],
  { all }: Chosen,
): (letters: readonly DeadLetter[]) => readonly DeadLetter[] {
  if (all === true && offsets.length > 0) throw new UsageError("--all and offsets", "give one or the other");
  if (all === true) return (letters) => letters;
  if (offsets.length === 0)
    throw new UsageError("no dead letter is named", "give offsets (cdc dlq list shows them) or --all");
  return (letters) => {
    const missing = offsets.filter((one) => !letters.some(({ reports }) => reports.includes(one)));
    if (missing.length > 0)
      throw new UsageError(
        `there is no dead letter ${missing.join(", ")}`,
        "cdc dlq list shows those there are; offsets change when others are replayed or discarded",
      );
    return letters.filter(({ reports }) => reports.some((one) => offsets.includes(one)));
  };
}

/** @throws UserError without a yes. */
async function ask(question: string): Promise<void> {
  const answer = await confirmed(question);
  if (answer === undefined) throw new UsageError("nobody can be asked here", "give --yes to mean it");
  if (!answer) throw new UserError("nothing was done", "answer y to mean it");
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("a whole number from 1 on is allowed.");
  return Number(text);
}

function offset(text: string, before: readonly bigint[]): bigint[] {
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError("offsets are whole numbers from 0 on.");
  return [...before, BigInt(text)];
}

const listHelp = `
STAGE is Kafka Connect's: KEY_CONVERTER and VALUE_CONVERTER (the bytes are not what the converter reads), TRANSFORMATION, TASK_PUT
(the sink or the engine refused it). WHEN is the time of the change. --json has headers, traces, keys and values.

Examples:
  cdc dlq list
  cdc dlq list --json | jq -r '.[] | [.offset, .reason] | @tsv'`;

const replayHelp = `
A letter is given to the sink as it was: an old state never overwrites a newer document. Where its bytes cannot be read, or
its row is gone meanwhile, the row is read anew from its shard. One whose row is not known stays.
Letters are numbered anew when others before them stay.

Examples:
  cdc dlq replay --all
  cdc dlq replay 17 18

Exit code 1 when some came back or stay.`;
