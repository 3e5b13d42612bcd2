/** The search engine: one node of OpenSearch. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { itself } from "../plan/endpoints.ts";
import { keptLabels, type Owner } from "../plan/owner.ts";
import type { EnginePlan } from "../plan/types.ts";
import { createService, createVolume, labels, volumeOptions } from "./docker.ts";
import type { Networks } from "./networks.ts";

export interface SearchEngineArgs {
  readonly owner: Owner;
  readonly networks: Networks;
  readonly image: pulumi.Input<string>;
  readonly plan: EnginePlan;
  /** Whether a write may make the index that it names. */
  readonly makesIndices: boolean;
}

export class SearchEngine extends pulumi.ComponentResource {
  /** When the engine was started: what was proven before does not count after. */
  readonly startedAt: pulumi.Output<string>;

  constructor(name: string, args: SearchEngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:SearchEngine", name, {}, opts);
    const { owner, networks, plan } = args;
    const parent = { parent: this };

    const volume = plan.keepsData
      ? new docker.Volume(
          `${plan.name}-data`,
          // Without the stack's label, by which all that a stack owns is found and removed.
          { name: plan.volume, labels: labels(keptLabels(owner)) },
          { ...parent, ...volumeOptions(networks), retainOnDelete: true },
        )
      : createVolume(`${plan.name}-data`, { owner, networks, volume: plan.volume }, parent);
    const { ready } = createService(
      {
        owner,
        networks,
        plan,
        image: args.image,
        environment: {
          // Unless declared, an index would take its types from the first document.
          "action.auto_create_index": String(args.makesIndices),
          "discovery.type": "single-node",
          // On loopback, and in the stack's own network; the image's demo certificates would protect nothing.
          DISABLE_INSTALL_DEMO_CONFIG: "true",
          // A second JVM.
          DISABLE_PERFORMANCE_ANALYZER_AGENT_CLI: "true",
          DISABLE_SECURITY_PLUGIN: "true",
          OPENSEARCH_JAVA_OPTS: plan.javaOptions,
          ...plan.settings,
        },
        volumes: [{ volumeName: volume.name, containerPath: "/usr/share/opensearch/data" }],
        // yellow: replicas that a single node cannot hold.
        healthCheck:
          `bash -c 'exec 3<>/dev/tcp/${itself.name}/${plan.port.internal} && ` +
          `printf "GET /_cluster/health HTTP/1.0\\r\\n\\r\\n" >&3 && grep -Eq "\\"status\\":\\"(green|yellow)\\"" <&3'`,
        stopSeconds: 30,
      },
      parent,
    );
    this.startedAt = ready.startedAt;
    this.registerOutputs();
  }
}
