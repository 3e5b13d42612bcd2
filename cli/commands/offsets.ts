/** `cdc offsets`: where connectors are in the binlog, and beginning anew. */
import type { Command } from "commander";
import { formatTable } from "../../lib/table.ts";
import { UserError } from "../../lib/run.ts";
import type { ConnectorOffset } from "../../clients/connect/client.ts";
import { globalsOf, lookAtOwner, openStack, planOf, type GlobalOptions, type OperatedStack } from "../context.ts";
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { confirmed } from "../confirm.ts";
import { UsageError } from "../exit.ts";
import { placeOf } from "../../clients/debezium/history/place.ts";
import { ensureTransaction, lossOnShard, unknownHistory } from "../history.ts";
import { historyTopicOf, readPlace, resetConnector, whatFollows, whatStays } from "../offsets.ts";
import { coloured, print, progress } from "../output.ts";

interface ResetOptions {
  readonly keepHistory?: true;
  readonly yes?: true;
}

export function register(program: Command): void {
  const offsets = program
    .command("offsets")
    .summary("show or forget where connectors are in the binlog")
    .description("Shows where connectors are in the binlog of their shard, or makes one begin anew.")
    .helpCommand(false);
  registerShow(offsets);
  registerReset(offsets);
}

function registerShow(offsets: Command): void {
  offsets
    .command("show")
    .argument("[shard]", "default: all; or the sink")
    .summary("where connectors are in the binlog")
    .description(
      "Shows the place in the binlog from which each connector would go on, as Kafka Connect has stored it. Of the sink: how far it has read each topic, and how many records are left.",
    )
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const globals = globalsOf(command);
      const stack = await openStack(globals);
      const { plan, worker, shard } = stack;
      if (plan.readSide !== undefined && name === plan.readSide.sink.name) {
        await showSink(plan, plan.readSide, globals);
        return;
      }
      const shards = name === undefined ? plan.shards : [shard(name)];
      const found = await Promise.all(
        shards.map(async (one) => ({
          shard: one.name,
          connector: one.connector.name,
          offsets: await worker.getOffsets(one.connector.name),
        })),
      );
      const rows = found.map((one) => {
        const place = placeOf(one.offsets);
        if (place === undefined) return [one.shard, one.offsets === undefined ? "(no connector)" : "(none stored)"];
        const { file, position, gtids, committedAt, snapshot } = place;
        return [one.shard, file, position, committedAt ?? "-", snapshot ?? "-", gtids ?? "-"];
      });
      const header = ["SHARD", "FILE", "POSITION", "LAST EVENT", "SNAPSHOT", "GTIDS"];
      const losses = await Promise.all(
        shards.map(async (one, index) => await lossOf(stack, one, found[index]?.offsets)),
      );
      const json = found.map((one, index) => ({ ...one, offsets: one.offsets ?? null, loss: losses[index] ?? null }));
      const notes = shards.flatMap(({ name }, index) => {
        const loss = losses[index];
        return loss === undefined ? [] : [coloured("yellow", `${name}: ${loss.found}`), `  what to do: ${loss.remedy}`];
      });
      print({ json, text: [formatTable(header, rows), ...notes].join("\n") }, globals);
    });
}

/** How the place is lost, or that this is not known; undefined when it is one of the server's history. */
async function lossOf(
  stack: OperatedStack,
  shard: ShardPlan,
  offsets: readonly ConnectorOffset[] | undefined,
): Promise<{ found: string; remedy: string } | undefined> {
  try {
    const loss = await lossOnShard(shard, await stack.cdcLogin(shard.name), offsets);
    return loss && { found: `${loss.code}: ${loss.found}`, remedy: loss.remedy };
  } catch (error) {
    const { found, remedy } = unknownHistory(shard.name, error);
    return { found, remedy };
  }
}

function registerReset(offsets: Command): void {
  offsets
    .command("reset")
    .argument("<shard>", "or the sink")
    .option("--keep-history", "leave the records of the schema history topic")
    .option("-y, --yes", "do not ask")
    .summary("begin anew, with a snapshot")
    .description(
      "Makes a shard's connector begin anew: stops it, forgets its offsets, empties its schema history topic, and brings it " +
        "into its declared state. Topics keep what they have; the rows of a new snapshot (op r) come after it. Rows deleted " +
        "since the old place stay in compacted topics and in the index: cdc reconcile --repair takes them out of the index. " +
        "What was broken off is brought to its end by the same command. The sink reads everything that the topics still hold " +
        "once more.",
    )
    .addHelpText("after", "\nExamples:\n  cdc offsets reset shard0\n  cdc offsets reset shard0 --yes")
    .action(async (name: string, options: ResetOptions, command: Command) => {
      const globals = globalsOf(command);
      const stack = await planOf(globals);
      const operated = stack.connector(name);
      await lookAtOwner(stack, "changes");
      const shard = stack.plan.shards.find((one) => one === operated);
      const historyTopic = shard === undefined || options.keepHistory === true ? undefined : historyTopicOf(shard);
      const place = shard === undefined ? "" : ` (${await readPlace(stack.worker, shard)})`;
      const next = shard === undefined ? sinkFollows : whatFollows(shard);
      if (options.yes !== true) {
        const question =
          `${operated.name}: forget the offsets of ${operated.connector.name}${place}` +
          `${historyTopic === undefined ? "" : ` and the records of ${historyTopic}`}? ${next}.`;
        const answer = await confirmed(question);
        if (answer === undefined) throw new UsageError("nobody can be asked here", "give --yes to mean it");
        if (!answer) throw new UserError("nothing was done", "answer y to mean it");
      }
      const done = await resetConnector(stack, operated, {
        historyTopic,
        ...(shard === undefined
          ? {}
          : { prepare: async () => await ensureTransaction(shard, await stack.cdcLogin(shard.name)) }),
        onStep: (step) => progress(`${operated.name}: ${step}`, globals),
      });
      const stays = shard === undefined ? null : whatStays(stack.plan);
      const text = `${operated.name}: ${done.state}; ${next}${stays === null ? "" : `\n${stays}`}`;
      print({ json: { ...done, next, stays }, text }, globals);
    });
}

const sinkFollows = "it reads again what the topics still hold; newer documents stay as they are";

/** How far the sink has read its topics. */
async function showSink(plan: PipelinePlan, { sink }: ReadSidePlan, globals: GlobalOptions): Promise<void> {
  const { sinkLag } = await import("../../clients/kafka/sink-lag.ts");
  const topics = (sink.config["topics"] ?? "").split(",");
  const lag = await sinkLag({ kafka: plan.kafka.endpoints.fromHost, connector: sink.name, topics });
  const header = ["TOPIC", "PARTITION", "OFFSET", "END", "RECORDS LEFT"];
  const rows = lag.map(({ topic, partition, committed, end, records }) => [
    topic,
    partition,
    committed === undefined ? undefined : Number(committed),
    Number(end),
    records,
  ]);
  const json = lag.map((one) => ({
    ...one,
    committed: one.committed === undefined ? null : Number(one.committed),
    end: Number(one.end),
    waitingSinceMs: one.waitingSinceMs ?? null,
  }));
  print({ json, text: formatTable(header, rows) }, globals);
}
