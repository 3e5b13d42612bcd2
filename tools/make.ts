/** The verbs of the Makefile. Started by tools/toolchain/bootstrap.sh, which has brought Node and the npm packages. */
import { down } from "./toolchain/down.ts";
import { ensureEngine } from "./toolchain/engine.ts";
import { allImages } from "../config/images.ts";
import { buildPackagedImages } from "./toolchain/images.ts";
import { createLog, type Log } from "./toolchain/log.ts";
import { usersOwn } from "./toolchain/places.ts";
import { prepare } from "./toolchain/prepare.ts";
import { UserError } from "../lib/run.ts";
import { checkStackName } from "../config/stack-name.ts";
import { test, unit } from "./toolchain/test.ts";
import { preview, refresh, up } from "./toolchain/up.ts";

const verbs: Record<string, (log: Log, stack: string) => Promise<void>> = {
  up,
  down,
  preview,
  refresh,
  test,
  unit,
  bench: async (log) => {
    const { env } = await prepare(log, undefined);
    // What it needs is much, and no other verb's business.
    const { bench } = await import("./bench/main.ts");
    await bench(log, env);
  },
  images: async (log) => {
    await ensureEngine(log);
    await buildPackagedImages({ log: (line) => log(`images: ${line}`), kinds: allImages });
    log("images: all there");
  },
  toolchain: async (log) => {
    await prepare(log, undefined);
    log("toolchain: all there; `. .cdc/env` makes plain pulumi work here");
  },
};

async function main(verb: string | undefined): Promise<void> {
  const work = verbs[verb ?? ""];
  if (work === undefined)
    throw new UserError(`there is no verb "${verb ?? ""}"`, `use one of: ${Object.keys(verbs).join(", ")}`);
  const log = createLog(process.stdout, Number(process.env["CDC_BOOTSTRAP_SECONDS"] ?? 0));
  // From here on nothing that an earlier `. .cdc/env` set is mistaken for the user's wish.
  const own = usersOwn(process.env);
  for (const name of Object.keys(process.env)) if (own[name] === undefined) delete process.env[name];
  Object.assign(process.env, own);
  await work(log, checkStackName(process.env["STACK"] || "dev"));
}

try {
  await main(process.argv[2]);
} catch (error) {
  // A defect of ours keeps its stack trace; what the user can mend is reported in two lines.
  if (error instanceof UserError) console.error(`error: ${error.message}\n  what to do: ${error.remedy}`);
  else console.error(error);
  process.exitCode = 1;
}
