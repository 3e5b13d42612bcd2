/** Configuration → plan → a look at the world → resources → outputs. */
import { imagesOf } from "./config/images.ts";
import { loadPlan } from "./config/load.ts";
import { requireServer, requireWorld } from "./preflight/require-world.ts";

const plan = loadPlan();
const images = imagesOf(plan.images);
// To load the providers' SDKs takes as long as the look at the world does.
const components = import("./components/cdc-pipeline.ts");
await requireWorld(plan, images);
const { CdcPipeline } = await components;
const pipeline = new CdcPipeline("pipeline", {
  plan,
  images,
  inspectServer: async (shard, cdcPassword) => await requireServer(plan, shard, cdcPassword),
});

/** A line per shard: where it is, its connector, and how long the probe change took from commit to consumer. */
export const shards = pipeline.shards;
/** Bootstrap address for Kafka clients on this machine. */
export const kafka = plan.kafka.hostBootstrap;
/** Root of the Kafka Connect REST API on this machine. */
export const connect = plan.connect.restUrl;
/** The read side: engine, search page, sink, and how long a change took until a search found it; null without one. */
export const readSide = pipeline.readSide ?? null;
