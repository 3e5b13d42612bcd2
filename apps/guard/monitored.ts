/** The guard that serves metrics, with its settings from the environment. */
import { setTimeout } from "node:timers/promises";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import type { MonitoredGuardSettings } from "../../plan/types.ts";
import type { Known } from "./metrics/known.ts";
import { serve } from "./metrics/server.ts";
import { lookAtSinks, SinkLags } from "./metrics/sinks.ts";
import { asProgram, runGuard, say } from "./run.ts";
import { brokersOf } from "./secrets.ts";
import { readSettings } from "./settings.ts";

/** As often as Prometheus usually asks; the broker reads for it what is behind. */
const sinksEveryMs = 15_000;

await asProgram(async () => {
  const settings = readSettings(process.env) as MonitoredGuardSettings;
  let known: Known = { checked: undefined, sinks: undefined };
  serve(settings, () => known, say);
  const watching = watchSinks(
    settings,
    () => known.checked?.seen,
    (sinks) => (known = { ...known, sinks }),
  );
  await Promise.all([watching, runGuard(settings, (checked) => (known = { ...known, checked }))]);
});

async function watchSinks(
  settings: MonitoredGuardSettings,
  seen: () => Parameters<typeof lookAtSinks>[0],
  found: (sinks: NonNullable<Known["sinks"]>) => void,
): Promise<void> {
  const kafka = brokersOf(settings);
  const [lags, admin] = [new SinkLags(kafka), new TopicAdmin(kafka)];
  const questions = {
    lag: async (connector: string, topics: readonly string[]) => await lags.lag(connector, topics),
    endOffsets: async (topics: readonly string[]) => await admin.endOffsets(topics),
  };
  for (;;) {
    found(await lookAtSinks(seen(), questions, Date.now));
    await setTimeout(Math.max(settings.checkSeconds * 1000, sinksEveryMs));
  }
}
