/** Samples in Prometheus' text format. */
import { Counter, Gauge, Registry } from "prom-client";
import { metrics, type Metric } from "../../../lib/metrics.ts";
import type { Sample } from "./samples.ts";

/** The type of the text, for a response's header. */
export const contentType = Registry.PROMETHEUS_CONTENT_TYPE;

/** Renders the samples, in the table's order. A metric without a sample is not there: prom-client would give it a 0. */
export async function textOf(samples: readonly Sample[]): Promise<string> {
  const registry = new Registry();
  for (const metric of metrics) {
    const own = samples.filter(({ name }) => name === metric.name);
    if (own.length > 0) register(metric, own, registry);
  }
  return await registry.metrics();
}

function register({ name, help, type, labels }: Metric, samples: readonly Sample[], registry: Registry): void {
  const options = { name, help, labelNames: labels, registers: [registry] };
  if (type === "counter") {
    const counter = new Counter(options);
    for (const sample of samples) counter.inc(sample.labels, sample.value);
    return;
  }
  const gauge = new Gauge(options);
  for (const sample of samples) gauge.set(sample.labels, sample.value);
}
