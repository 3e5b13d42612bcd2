/** The guard: a small container that restarts connectors which failed or stalled. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { guardEntry, monitoredGuardEntry } from "../provider/scripts/container-code.ts";
import { guardCertificateFile, guardFolder, guardKeyFile } from "../lib/constants.ts";
import { guardSilentSeconds, isMonitored } from "../plan/guard.ts";
import type { Owner } from "../plan/owner.ts";
import type { GuardPlan } from "../plan/types.ts";
import { Certificate, type CertificateAuthority } from "../provider/certificate-resources.ts";
import { createCodeVolume } from "./code-volume.ts";
import type { ConnectCluster } from "./connect-cluster.ts";
import { createService } from "./docker.ts";
import type { Networks } from "./networks.ts";

/**
 * Counting what waits for a sink makes garbage of records. Node's own bound of the heap is the container's whole limit, beyond which
 * the container is killed; with this one Node collects in time.
 */
const monitoredOptions = ["--max-old-space-size=64", "--max-semi-space-size=4"];

export interface GuardArgs {
  readonly owner: Owner;
  readonly networks: Networks;
  /** An image with Node. */
  readonly image: pulumi.Input<string>;
  readonly plan: GuardPlan;
  readonly worker: ConnectCluster;
  /** Signs its certificate. */
  readonly authority: CertificateAuthority;
}

export class Guard extends pulumi.ComponentResource {
  constructor(name: string, args: GuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:Guard", name, {}, opts);
    const { owner, networks, plan } = args;
    const parent = { parent: this };

    const entry = isMonitored(plan) ? monitoredGuardEntry : guardEntry;
    const { volume, brought } = createCodeVolume(
      { name, owner, networks, container: plan.container, entry, image: args.image },
      parent,
    );
    createService(
      {
        owner,
        networks,
        plan,
        image: args.image,
        // The official image's and the packaged one's user `node`.
        user: "1000:1000",
        command: ["node", ...(isMonitored(plan) ? monitoredOptions : []), `${guardFolder}/${entry}`],
        environment: { CDC_GUARD_SETTINGS: JSON.stringify(plan.settings) },
        uploads: [...args.worker.guardSecrets, ...certificateOf(plan, args.authority, parent)],
        volumes: [{ volumeName: volume.name, containerPath: guardFolder, readOnly: true }],
        // Written after every look at the connectors, also when it found the worker out of reach.
        healthCheck: `test $(($(date +%s) - $(stat -c %Y /tmp/guard.json || echo 0))) -le ${guardSilentSeconds(plan.settings)}`,
        stopSeconds: 10,
      },
      // Nothing waits for the guard, and it waits for no connector: it finds them as they come.
      { ...parent, dependsOn: [brought, ...args.worker.ready] },
    );
    this.registerOutputs();
  }
}

/** What its page and metrics are served with by HTTPS; nothing where they are plain. */
function certificateOf(
  plan: GuardPlan,
  authority: CertificateAuthority,
  parent: pulumi.CustomResourceOptions,
): docker.types.input.ContainerUpload[] {
  const names = isMonitored(plan) ? plan.certificateNames : undefined;
  if (names === undefined) return [];
  const { certificate, privateKey } = new Certificate(`${plan.name}-certificate`, { authority, names }, parent);
  return [
    { file: guardCertificateFile, content: certificate, permissions: "0444" },
    { file: guardKeyFile, content: privateKey, permissions: "0444" },
  ];
}
