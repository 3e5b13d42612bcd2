/** What a Prometheus of one's own needs of a stack, as its files: alerting rules, and where the metrics are. Pure. */
import { stringify } from "yaml";
import type { AlertRule } from "../../plan/alerts.ts";
import { exportedFiles } from "../../plan/monitoring-files.ts";
import type { MonitoredGuardPlan } from "../../plan/types.ts";

export interface MonitoringText {
  /** `cdc-dev.rules.yml` */
  readonly name: string;
  readonly text: string;
}

/** @param stack as everything of it is called on the engine: `cdc-dev`; the rules' group and the job have its name. */
export function monitoringFiles(
  stack: string,
  rules: readonly AlertRule[],
  guard: Pick<MonitoredGuardPlan, "endpoints">,
): MonitoringText[] {
  return exportedFiles(stack, rules, guard).map(({ name, content }) => ({
    name,
    text: `# Written by cdc monitoring export; the next one replaces it.\n${stringify(content, { lineWidth: 0 })}`,
  }));
}
