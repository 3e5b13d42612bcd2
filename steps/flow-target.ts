/** What is checked for flow, and how far a change came that did not get through. */
import type { PipelinePlan, ShardPlan } from "../plan/types.ts";

/** Which shard is checked, and where its parts are reached from this machine. */
export interface FlowTarget {
  readonly shard: string;
  readonly mysqlHostPort: number;
  readonly connector: string;
  readonly connectUrl: string;
  readonly bootstrap: string;
  readonly probeTopic: string;
  /** The connector's `table.include.list`: every entry has to fit a table. */
  readonly tables: string;
  /** Names of the workers' containers, whose log explains a connector that hangs. */
  readonly workers: readonly string[];
}

/** The way of a change, in its order. */
export type Stage = "database" | "binlog" | "connector" | "task" | "topic";

/** A change did not get through; says how far it came. */
export class FlowError extends Error {
  readonly stage: Stage;
  constructor(shard: string, stage: Stage, message: string, options?: ErrorOptions) {
    super(`${shard}: no change flows; stuck at ${stage}: ${message}`, options);
    this.name = "FlowError";
    this.stage = stage;
  }
}

/** Where the probes of a planned shard go. */
export function flowTargetOf(plan: Pick<PipelinePlan, "connect" | "kafka">, shard: ShardPlan): FlowTarget {
  return {
    shard: shard.name,
    mysqlHostPort: shard.port.host,
    connector: shard.connector.name,
    connectUrl: plan.connect.restUrl,
    bootstrap: plan.kafka.hostBootstrap,
    probeTopic: shard.probeTopic,
    tables: shard.connector.config["table.include.list"] ?? "",
    workers: plan.connect.workers.map(({ container }) => container),
  };
}

/** An error in words; Node leaves the message empty when every address of a name refuses. */
export function text(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
