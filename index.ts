/** Configuration → plan → resources → outputs. */
import { CdcPipeline } from "./components/cdc-pipeline.ts";
import { imagesFrom } from "./config/images.ts";
import { loadPlan } from "./config/load.ts";

const plan = loadPlan();
const pipeline = new CdcPipeline("pipeline", { plan, images: imagesFrom(plan.images) });

/** A line per shard: where it is, its connector, and how long the probe change took from commit to consumer. */
export const shards = pipeline.shards;
/** Bootstrap address for Kafka clients on this machine. */
export const kafka = plan.kafka.hostBootstrap;
/** Root of the Kafka Connect REST API on this machine. */
export const connect = plan.connect.restUrl;
