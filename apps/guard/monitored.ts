/** The guard that serves metrics and the operator's page, with its settings from the environment. */
import { setTimeout } from "node:timers/promises";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import type { LogEntry } from "../../lib/log-line.ts";
import type { MonitoredGuardSettings } from "../../plan/types.ts";
import { watchBeside } from "./beside/watch.ts";
import { doorOf } from "./door.ts";
import type { Known } from "./metrics/known.ts";
import { lookAtSinks, SinkLags } from "./metrics/sinks.ts";
import { Recorder } from "./page/recorder.ts";
import { asProgram, runGuard, say } from "./run.ts";
import { brokersOf } from "./secrets.ts";
import { serve } from "./server.ts";
import { readSettings } from "./settings.ts";

/** As often as Prometheus usually asks; the broker reads for it what is behind. */
const sinksEveryMs = 15_000;

await asProgram(async () => {
  const settings = readSettings(process.env) as MonitoredGuardSettings;
  let known: Known = { checked: undefined, sinks: undefined, beside: undefined };
  const past = new Recorder(settings, Date.now);
  const tell = (entry: LogEntry) => {
    say(entry);
    past.say(entry);
  };
  serve(settings, { known: () => known, past }, tell, doorOf(settings.metrics));
  const watching = watchSinks(
    settings,
    () => known.checked?.seen,
    (sinks) => (known = { ...known, sinks }),
  );
  const looking = watchBeside(
    settings,
    brokersOf(settings),
    () => known.checked,
    (beside) => (known = { ...known, beside }),
  );
  const guarding = runGuard(settings, {
    say: tell,
    checked: (checked) => {
      known = { ...known, checked };
      past.check({ ...known, checked });
    },
  });
  await Promise.all([watching, looking, guarding]);
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
    startOffsets: async (topics: readonly string[]) => await admin.startOffsets(topics),
  };
  for (;;) {
    found(await lookAtSinks(seen(), questions, Date.now));
    await setTimeout(Math.max(settings.checkSeconds * 1000, sinksEveryMs));
  }
}
