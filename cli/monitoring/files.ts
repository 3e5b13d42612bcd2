/** What a Prometheus and a Grafana of one's own need of a stack, as files: alerting rules, where the metrics are, a dashboard. Pure. */
import { stringify } from "yaml";
import type { AlertRule } from "../../plan/alerts.ts";
import { exportedFiles } from "../../plan/monitoring-files.ts";
import type { MonitoredGuardPlan } from "../../plan/types.ts";

export interface MonitoringText {
  /** `cdc-dev.rules.yml` */
  readonly name: string;
  readonly text: string;
}

/**
 * @param stack as everything of it is called on the engine: `cdc-dev`; the rules' group and the job have its name.
 * @param hasSink whether the stack has a read side.
 */
export function monitoringFiles(
  stack: string,
  rules: readonly AlertRule[],
  guard: Pick<MonitoredGuardPlan, "endpoints">,
  hasSink: boolean,
): MonitoringText[] {
  return exportedFiles(stack, rules, guard, hasSink).map(({ name, content }) => ({
    name,
    text: name.endsWith(".json")
      ? // JSON has no comments.
        `${JSON.stringify(content, undefined, 2)}\n`
      : `# Written by cdc monitoring export; the next one replaces it.\n${stringify(content, { lineWidth: 0 })}`,
  }));
}
