/** A stack that is up for a benchmark, and its connectors under the settings that are compared. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectClient, type DesiredState } from "../../../clients/connect/client.ts";
import { systemClock } from "../../../clients/connect/clock.ts";
import { awaitState } from "../../../clients/connect/status.ts";
import { run } from "../../../lib/run.ts";
import { renderProperties } from "../../../plan/java-properties.ts";
import { workerPropertiesFile } from "../../../lib/constants.ts";
import type { PipelinePlan, ShardPlan } from "../../../plan/types.ts";
import type { Context } from "./measure.ts";
import type { Setting } from "./settings.ts";
import { make, passwordsOf, planOf, removeStack, writeStack } from "./stack.ts";
import { loginOf } from "../../../lib/connector-secrets.ts";
import type { KafkaEndpoint, MysqlLogin } from "../../../lib/endpoint.ts";

const stateLimitSeconds = 90;

/** Brings a stack up, hands it over, and removes it whatever happens. */
export async function withPipeline<T>(
  { env, say }: Context,
  config: Record<string, unknown>,
  use: (pipeline: Pipeline) => Promise<T>,
): Promise<T> {
  const stack = await writeStack("bench", config);
  try {
    say("make up");
    await make(stack, "up", env);
    const { plan } = await planOf(stack);
    return await use(new Pipeline(plan, await passwordsOf(stack, env)));
  } finally {
    say("make down");
    await removeStack(stack, env);
  }
}

/** The running pipeline. */
export class Pipeline {
  readonly plan: PipelinePlan;
  readonly root: MysqlLogin;
  readonly cdc: MysqlLogin;
  readonly worker: ConnectClient;

  constructor(plan: PipelinePlan, { root, cdc, ca }: { root: string; cdc: string; ca: string }) {
    this.plan = plan;
    this.root = { user: "root", password: root, tls: { ca } };
    this.cdc = loginOf({ password: cdc, ca });
    this.worker = new ConnectClient(plan.connect.endpoints.fromHost);
  }

  get kafka(): KafkaEndpoint {
    return this.plan.kafka.endpoints.fromHost;
  }

  /**
   * Stops all shards' connectors and gives them the setting; `resume` lets them run. The workers are started anew each
   * time, needed or not, so that no setting has a worker whose code is compiled already while another one has not.
   */
  async apply(setting: Setting): Promise<void> {
    await this.stop();
    await this.#restartWorkers(setting.exactlyOnce);
    for (const shard of this.plan.shards) await this.worker.putConfig(shard.connector.name, setting.config(shard));
  }

  /** Ends the tasks of connectors; default: of all shards. */
  async stop(shards: readonly ShardPlan[] = this.plan.shards): Promise<void> {
    await this.change(namesOf(shards), "stopped");
  }

  /** Lets connectors run, and waits until their tasks do; default: of all shards. */
  async resume(shards: readonly ShardPlan[] = this.plan.shards): Promise<void> {
    await this.change(namesOf(shards), "running");
  }

  /** Brings connectors into a state, by their names. */
  async change(names: readonly string[], desiredState: Extract<DesiredState, "running" | "stopped">): Promise<void> {
    const ask = async (name: string) =>
      desiredState === "running" ? await this.worker.resume(name) : await this.worker.stop(name);
    for (const name of names) await ask(name);
    for (const name of names) await this.#reached(name, desiredState);
  }

  async #reached(name: string, desiredState: DesiredState): Promise<void> {
    await awaitState(this.worker, { name, desiredState, timeoutSeconds: stateLimitSeconds }, systemClock);
  }

  /**
   * Whether sources write in transactions is the worker's word, not a connector's; the plan's word is always yes, so its
   * file is changed in the container, which goes with the stack.
   */
  async #restartWorkers(exactlyOnce: boolean): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "cdc-bench-"));
    try {
      for (const { container, properties } of this.plan.connect.workers) {
        const own = { ...properties, "exactly.once.source.support": exactlyOnce ? "enabled" : "disabled" };
        const file = join(folder, container);
        await writeFile(file, renderProperties(own), { mode: 0o444 });
        await run("docker", ["cp", file, `${container}:${workerPropertiesFile}`]);
      }
      await run("docker", ["restart", ...this.plan.connect.workers.map(({ container }) => container)]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    await this.#answers();
  }

  /** A worker answers when it has joined its group. */
  async #answers(): Promise<void> {
    const deadline = performance.now() + stateLimitSeconds * 1000;
    for (;;) {
      try {
        await this.worker.listConnectors();
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
      await systemClock.sleep(250);
    }
  }
}

function namesOf(shards: readonly ShardPlan[]): string[] {
  return shards.map(({ connector }) => connector.name);
}
