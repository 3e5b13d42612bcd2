/** The Prometheus of the pipeline's own: whether it reads the metrics, and whether people hear of its alerts. */
import { PrometheusClient, type Target } from "../../clients/prometheus.ts";
import type { MonitoringPlan } from "../../plan/monitoring.ts";
import type { Facts } from "./facts.ts";
import { containerCheck } from "./machine.ts";
import { broken, well, type Check, type Outcome } from "./walk.ts";

const answerLimitMs = 10_000;

const section = "monitoring";

/** Messages that Alertmanager could not bring; it tries each several times. */
const failed = "sum(increase(alertmanager_notifications_failed_total[15m]))";

export function monitoringChecks(facts: Facts, { prometheus, alertmanager }: MonitoringPlan): Check[] {
  const client = new PrometheusClient(prometheus.endpoints.fromHost, answerLimitMs);
  return [
    containerCheck(facts, section, "Prometheus", prometheus.container),
    {
      id: "targets",
      section,
      title: "metrics",
      needs: [prometheus.container],
      run: async () => judgeTargets(await client.targets(), await client.firing()),
    },
    ...(alertmanager === undefined
      ? []
      : [
          containerCheck(facts, section, "Alertmanager", alertmanager.container),
          {
            id: "told",
            section,
            title: "alerts are told",
            needs: [alertmanager.container, "targets"],
            run: async () => judgeTold(await client.value(failed)),
          },
        ]),
  ];
}

/** @param firing names of alerts. */
export function judgeTargets(targets: readonly Target[], firing: readonly string[]): Outcome {
  const [other] = targets.filter(({ health }) => health !== "up");
  if (other !== undefined) {
    const why = other.lastError === "" ? "it has not looked yet" : other.lastError;
    return broken(
      `Prometheus does not read ${other.job}: ${why}`,
      "look again in half a minute; cdc logs prometheus guard --tail 50 may tell more",
    );
  }
  return well(`${targets.length} read, ${firing.length === 0 ? "no alert fires" : `firing: ${firing.join(", ")}`}`);
}

/** @param failures within 15 minutes; undefined when Prometheus does not know yet. */
export function judgeTold(failures: number | undefined): Outcome {
  if (failures === undefined || failures === 0) return well("no message failed within 15 minutes");
  return broken(
    `${Math.ceil(failures)} message(s) about alerts failed within 15 minutes`,
    "cdc logs alertmanager --tail 50 says why; cdc:monitoring.alertsTo says who is told",
  );
}
