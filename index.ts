/** Configuration → plan → whose things are there → checks of the world → resources → outputs. */
import * as pulumi from "@pulumi/pulumi";
import { imagesOf } from "./config/images.ts";
import { loadAlertsTo, loadConfig, loadPasswords, withoutTrace } from "./config/load.ts";
import { heldOf } from "./plan/held.ts";
import { planPipeline } from "./plan/pipeline.ts";
import { withReach } from "./plan/receiver-rules.ts";
import { requireExisting, requireServer, requireWorld } from "./preflight/require-world.ts";
import { askedBy } from "./preflight/name-conflicts.ts";
import { begin, Data, Identity } from "./provider/resources.ts";

const input = withoutTrace(loadConfig);
const plan = withoutTrace(() => planPipeline(input));
const passwords = withoutTrace(() => loadPasswords(input.config));
const receiver = withoutTrace(() => withReach(loadAlertsTo()));
const images = imagesOf(plan.images);
// To load the providers' SDKs takes as long as the checks before them do.
const components = import("./components/cdc-pipeline.ts");
// Before all else: what is another's is neither judged as if it were this stack's nor touched.
const owner = await new Identity("identity", { stack: plan.stack, asked: askedBy(plan, pulumi.getStack()) }).owner();
await requireWorld(plan, images);
await requireExisting(plan, passwords);
await begin();
// Before any other resource: what would delete people's data stops the program here.
await new Data("data", { ...heldOf(plan), allowDelete: plan.allowDelete, passwords }).accepted;
const { CdcPipeline } = await components;
const pipeline = new CdcPipeline("pipeline", {
  owner,
  plan,
  images,
  passwords,
  receiver,
  inspectServer: async (shard, login) => await requireServer(plan, shard, login),
});

/** A line per shard: where it is, its connector, and how long the probe change took from commit to consumer. */
export const shards = pipeline.shards;
/** Bootstrap address for Kafka clients on this machine. */
export const kafka = plan.kafka.endpoints.fromHost.bootstrap;
/** Root of the Kafka Connect REST API on this machine. */
export const connect = plan.connect.endpoints.fromHost.url;
/** The read side: engine, search page, sink, and how long a change took until a search found it; null without one. */
export const readSide = pipeline.readSide ?? null;
/** The operator's page, the guard's metrics, and Prometheus, on this machine; null without metrics. */
export const monitoring = pipeline.monitoring ?? null;
