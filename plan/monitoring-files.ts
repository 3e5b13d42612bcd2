/** What a Prometheus and an Alertmanager are told: where the metrics are, the alerting rules, whom to tell. As plain data, pure. */
import type { AlertsTo } from "../config/alerts-to.ts";
import type { AlertRule } from "./alerts.ts";
import { dashboard } from "./dashboard.ts";
import { itself } from "./endpoints.ts";
import type { MonitoringPlan } from "./monitoring.ts";
import type { MonitoredGuardPlan } from "./types.ts";

/** How often metrics are read and rules judged; the guard itself looks every few seconds. */
const interval = "15s";

export interface MonitoringFile {
  /** `cdc-dev.rules.yml` */
  readonly name: string;
  /** To be written as YAML, of which JSON is a part; as JSON where the name says so. */
  readonly content: object;
}

/**
 * For a Prometheus and a Grafana of one's own on this machine. Where the guard wants a login, its password and authority are read from
 * files beside the configuration, which are not written here.
 * @param stack as everything of it is called on the engine: `cdc-dev`; the rules' group and the job have its name.
 * @param hasSink whether the stack has a read side.
 */
export function exportedFiles(
  stack: string,
  rules: readonly AlertRule[],
  guard: Asked,
  hasSink: boolean,
): MonitoringFile[] {
  const { url, login } = guard.endpoints.fromHost;
  const secured = login !== undefined && {
    scheme: "https",
    basic_auth: { username: login.user, password_file: `${stack}.password` },
    tls_config: { ca_file: `${stack}.authority.pem` },
  };
  const scraped = { ...job(stack, new URL(url).host), ...secured };
  return [
    rulesFile(stack, rules),
    { name: `${stack}.scrape.yml`, content: { scrape_configs: [scraped] } },
    { name: `${stack}.dashboard.json`, content: dashboard(stack, hasSink) },
  ];
}

/** The guard, as far as it is asked. */
type Asked = Pick<MonitoredGuardPlan, "endpoints">;

/** For the Prometheus of the stack's own: its configuration, and the same rules. */
export function prometheusFiles(
  stack: string,
  rules: readonly AlertRule[],
  guard: MonitoredGuardPlan,
  { prometheus, alertmanager }: MonitoringPlan,
): MonitoringFile[] {
  const file = rulesFile(stack, rules);
  const content = {
    global: { scrape_interval: interval, evaluation_interval: interval },
    rule_files: [file.name],
    scrape_configs: [
      job(stack, new URL(guard.endpoints.inNetwork.url).host),
      job(`${stack}-prometheus`, `${itself.name}:${prometheus.port.internal}`),
      ...(alertmanager === undefined ? [] : [job(`${stack}-alertmanager`, alertmanager.address)]),
    ],
    ...(alertmanager === undefined
      ? {}
      : { alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager.address] }] }] } }),
  };
  return [{ name: "prometheus.yml", content }, file];
}

/** Alertmanager's configuration: everything to one receiver. */
export function alertmanagerConfig(receiver: AlertsTo): object {
  const name = "alertsTo";
  return {
    route: {
      receiver: name,
      // A message for each alert of each connector; the end of one is told as soon as it is known.
      group_by: ["alertname", "stack", "connector"],
      group_wait: "5s",
      group_interval: "15s",
      repeat_interval: "4h",
    },
    receivers: [{ ...receiver, name }],
  };
}

function rulesFile(stack: string, rules: readonly AlertRule[]): MonitoringFile {
  return { name: `${stack}.rules.yml`, content: { groups: [{ name: stack, interval, rules }] } };
}

function job(name: string, target: string): object {
  return { job_name: name, scrape_interval: interval, static_configs: [{ targets: [target] }] };
}
