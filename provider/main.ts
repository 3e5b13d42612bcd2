/** The provider plugin's entry point. */
import * as pulumi from "@pulumi/pulumi";
import { CdcProvider } from "./provider.ts";

await pulumi.provider.main(new CdcProvider(), process.argv.slice(2));
