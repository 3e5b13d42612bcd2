/** The Prometheus of the pipeline's own, and the Alertmanager that tells people of its alerts. */
import type { PipelineConfig } from "../config/schema.ts";
import { httpEndpoints, publishedPort } from "./endpoints.ts";
import { pidsLimit } from "./limits.ts";
import { alertmanagerMemoryLimitMiB, prometheusMemoryLimitMiB } from "./memory.ts";
import { askedIn, networkNames } from "./networks.ts";
import type { Endpoints, HttpEndpoint } from "../lib/endpoint.ts";
import type { ContainerPlan, StatefulPlan } from "./types.ts";

/** Prometheus' container. */
export interface PrometheusPlan extends StatefulPlan {
  readonly endpoints: Endpoints<HttpEndpoint>;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** Alertmanager's container. It publishes no port: a page of any site in a browser on this machine could silence alerts by it. */
export interface AlertmanagerPlan extends ContainerPlan {
  /** The data volume's name on the engine. */
  readonly volume: string;
  /** Where Prometheus reaches it. */
  readonly address: string;
  readonly args: readonly string[];
}

/** What reads the guard's metrics, and who tells people of alerts. */
export interface MonitoringPlan {
  readonly prometheus: PrometheusPlan;
  /** Undefined when nobody is to be told. */
  readonly alertmanager: AlertmanagerPlan | undefined;
}

const prometheusPort = 9090;
const alertmanagerPort = 9093;

/** Measured: 29 MiB with 1400 series in their first minutes, and 17 MiB. */
const prometheusMemoryMiB = 60;
const alertmanagerMemoryMiB = 30;

/** Where the containers find what they are told to do. */
export const prometheusFolder = "/etc/prometheus";
export const alertmanagerFile = "/etc/alertmanager/alertmanager.yml";

/** Where they keep their data. */
export const prometheusData = "/prometheus";
export const alertmanagerData = "/alertmanager";

/** @returns undefined when it is switched off, or there are no metrics. */
export function planMonitoring(stack: string, config: PipelineConfig): MonitoringPlan | undefined {
  const { enabled, prometheus, alertsTo } = config.monitoring;
  if (!enabled || !config.guard.enabled || !prometheus.enabled) return undefined;
  return {
    prometheus: planPrometheus(stack, config),
    alertmanager: alertsTo === undefined ? undefined : planAlertmanager(stack),
  };
}

function planPrometheus(stack: string, { monitoring, portOffset }: PipelineConfig): PrometheusPlan {
  const { prometheus } = monitoring;
  const alias = "prometheus";
  const port = publishedPort(prometheusPort, prometheus.port + portOffset);
  const endpoints = httpEndpoints(alias, port);
  return {
    name: alias,
    container: `${stack}-${alias}`,
    alias,
    networks: [askedIn(networkNames(stack).monitoring, alias)],
    port,
    endpoints,
    volume: `${stack}-${alias}-data`,
    expectedMemoryMiB: prometheusMemoryMiB,
    memoryLimitMiB: prometheusMemoryLimitMiB,
    pidsLimit,
    args: [
      `--config.file=${prometheusFolder}/prometheus.yml`,
      `--storage.tsdb.path=${prometheusData}`,
      `--storage.tsdb.retention.time=${prometheus.retentionDays}d`,
      `--storage.tsdb.retention.size=${prometheus.retentionMiB}MB`,
      // Without it a page of any site in a browser on this machine may read everything.
      `--web.cors.origin=${endpoints.fromHost.url.replaceAll(".", String.raw`\.`)}`,
      // Alerts link to it.
      `--web.external-url=${endpoints.fromHost.url}`,
      `--web.listen-address=:${port.internal}`,
    ],
  };
}

function planAlertmanager(stack: string): AlertmanagerPlan {
  const alias = "alertmanager";
  return {
    name: alias,
    container: `${stack}-${alias}`,
    alias,
    networks: [askedIn(networkNames(stack).monitoring, alias)],
    volume: `${stack}-${alias}-data`,
    address: `${alias}:${alertmanagerPort}`,
    expectedMemoryMiB: alertmanagerMemoryMiB,
    memoryLimitMiB: alertmanagerMemoryLimitMiB,
    pidsLimit,
    args: [
      `--config.file=${alertmanagerFile}`,
      `--storage.path=${alertmanagerData}`,
      `--web.listen-address=:${alertmanagerPort}`,
      // It is alone.
      "--cluster.listen-address=",
    ],
  };
}
