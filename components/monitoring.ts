/** The Prometheus of the pipeline's own, and the Alertmanager that tells people of its alerts. */
import * as pulumi from "@pulumi/pulumi";
import type { AlertsTo } from "../config/alerts-to.ts";
import { alertRules } from "../plan/alerts.ts";
import { itself } from "../plan/endpoints.ts";
import {
  alertmanagerData,
  alertmanagerFile,
  prometheusData,
  prometheusFolder,
  type AlertmanagerPlan,
  type MonitoringPlan,
} from "../plan/monitoring.ts";
import { alertmanagerConfig, prometheusFiles } from "../plan/monitoring-files.ts";
import type { Owner } from "../plan/owner.ts";
import type { MonitoredGuardPlan, PipelinePlan } from "../plan/types.ts";
import { createService, createVolume } from "./docker.ts";
import type { Networks } from "./networks.ts";

export interface MonitoringArgs {
  readonly owner: Owner;
  readonly networks: Networks;
  readonly images: Readonly<Record<"prometheus" | "alertmanager", pulumi.Input<string>>>;
  readonly plan: MonitoringPlan;
  readonly pipeline: PipelinePlan;
  /** Serves the metrics. */
  readonly guard: MonitoredGuardPlan;
  /** The Pulumi stack, as `cdc -s` takes it. */
  readonly stackName: string;
  /** Who is told of alerts; the plan has no Alertmanager without. */
  readonly receiver: AlertsTo | undefined;
}

/** The official images' and the packaged ones' user `nobody`. */
const user = "65534:65534";

/** Both images have BusyBox' wget. */
const answers = (port: number | string) => `wget -q -O /dev/null http://${itself.address}:${port}/-/ready`;

export class Monitoring extends pulumi.ComponentResource {
  /** Where a browser on this machine finds Prometheus; known when it answers. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:Monitoring", name, {}, opts);
    const { owner, networks, images, pipeline, guard } = args;
    const { prometheus, alertmanager } = args.plan;
    const parent = { parent: this };

    const volume = createVolume(`${prometheus.name}-data`, { owner, networks, volume: prometheus.volume }, parent);
    const rules = alertRules(pipeline, guard, args.stackName);
    const { ready } = createService(
      {
        owner,
        networks,
        plan: prometheus,
        image: images.prometheus,
        user,
        command: [...prometheus.args],
        environment: {},
        uploads: prometheusFiles(pipeline.stack, rules, guard, args.plan).map(({ name: file, content }) => ({
          file: `${prometheusFolder}/${file}`,
          content: JSON.stringify(content, undefined, 2),
          permissions: "0444",
        })),
        volumes: [{ volumeName: volume.name, containerPath: prometheusData }],
        healthCheck: answers(prometheus.port.internal),
        stopSeconds: 30,
      },
      // It waits for no guard: it finds it as it comes, and tells when it does not.
      parent,
    );
    if (alertmanager !== undefined) createAlertmanager(alertmanager, args, parent);
    this.url = ready.id.apply(() => prometheus.endpoints.fromHost.url);
    this.registerOutputs();
  }
}

function createAlertmanager(plan: AlertmanagerPlan, args: MonitoringArgs, parent: pulumi.CustomResourceOptions): void {
  const { owner, networks, images, receiver } = args;
  if (receiver === undefined) throw new Error("there is nobody to tell of alerts");
  const volume = createVolume(`${plan.name}-data`, { owner, networks, volume: plan.volume }, parent);
  const [, port = ""] = plan.address.split(":");
  createService(
    {
      owner,
      networks,
      plan,
      image: images.alertmanager,
      user,
      command: [...plan.args],
      environment: {},
      // World-readable inside the container, where nobody else is; in the state it is encrypted.
      uploads: [
        {
          file: alertmanagerFile,
          content: pulumi.secret(JSON.stringify(alertmanagerConfig(receiver))),
          permissions: "0444",
        },
      ],
      volumes: [{ volumeName: volume.name, containerPath: alertmanagerData }],
      healthCheck: answers(port),
      stopSeconds: 10,
    },
    parent,
  );
}
