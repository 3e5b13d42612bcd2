/** Connectors by themselves, without the rest of the pipeline: for tests of what the resource does. */
import * as pulumi from "@pulumi/pulumi";
import { Connector, type ConnectorArgs } from "../../../../provider/shard-resources.ts";

const config = new pulumi.Config();
const workerUrl = config.require("worker");
const connectors = config.requireObject<Record<string, Omit<ConnectorArgs, "name" | "workerUrl">>>("connectors");

/** The state of each. */
export const states = Object.entries(connectors).map(
  ([name, args]) => new Connector(name, { ...args, name, workerUrl }).state,
);
