/** What a Prometheus of one's own needs of a stack, as its files: alerting rules, and where the metrics are. Pure. */
import { stringify } from "yaml";
import type { AlertRule } from "../../plan/alerts.ts";
import type { PublishedPort } from "../../plan/endpoints.ts";
import { publishedAddress } from "../../plan/endpoints.ts";

/** How often metrics are read and rules judged; the guard itself looks every few seconds. */
const interval = "15s";

export interface MonitoringFile {
  /** `cdc-dev.rules.yml` */
  readonly name: string;
  readonly text: string;
}

/** @param stack as everything of it is called on the engine: `cdc-dev`; the rules' group and the job have its name. */
export function monitoringFiles(stack: string, rules: readonly AlertRule[], port: PublishedPort): MonitoringFile[] {
  const scrape = {
    job_name: stack,
    scrape_interval: interval,
    static_configs: [{ targets: [publishedAddress(port)] }],
  };
  return [
    { name: `${stack}.rules.yml`, text: yamlOf({ groups: [{ name: stack, interval, rules }] }) },
    { name: `${stack}.scrape.yml`, text: yamlOf({ scrape_configs: [scrape] }) },
  ];
}

function yamlOf(content: object): string {
  return `# Written by cdc monitoring export; the next one replaces it.\n${stringify(content, { lineWidth: 0 })}`;
}
