/** The guard, with its settings from the environment. */
import { asProgram, runGuard } from "./run.ts";
import { readSettings } from "./settings.ts";

await asProgram(async () => await runGuard(readSettings(process.env)));
