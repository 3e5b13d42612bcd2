/** The provider plugin's entry point. */
import * as pulumi from "@pulumi/pulumi";
import { CdcProvider } from "./provider.ts";
import { endWithEngine } from "./end-with-engine.ts";
import { connectToEngine } from "./say.ts";

const args = process.argv.slice(2);
endWithEngine();
// Its flags come first.
connectToEngine(args.at(-1));
await pulumi.provider.main(new CdcProvider(), args);
