/** Serves the policies to the Pulumi engine; loaded by start.js. */
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";

export const pack = new PolicyPack("cdc-pipeline", { policies });
