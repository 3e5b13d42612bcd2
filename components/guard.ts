/** The guard: a small container that restarts connectors which failed or stalled. */
import * as command from "@pulumi/command";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { guardCode } from "../config/guard-code.ts";
import { guardFolder } from "../plan/constants.ts";
import type { GuardPlan } from "../plan/types.ts";
import type { ConnectCluster } from "./connect-cluster.ts";
import { createService, createVolume } from "./docker.ts";

export interface GuardArgs {
  readonly stack: string;
  readonly network: docker.Network;
  /** An image with Node. */
  readonly image: pulumi.Input<string>;
  readonly plan: GuardPlan;
  readonly worker: ConnectCluster;
}

export class Guard extends pulumi.ComponentResource {
  constructor(name: string, args: GuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:Guard", name, {}, opts);
    const { stack, plan } = args;
    const parent = { parent: this };

    // Named by its content: changed code is another volume and a new container, and a preview shows it.
    const volume = createVolume(`${name}-code`, stack, `${plan.container}-${guardCode().hash}`, parent);
    const brought = new command.local.Command(
      `${name}-bring`,
      {
        create: "node steps/bring-guard.ts",
        environment: { CDC_GUARD_VOLUME: volume.name, CDC_GUARD_IMAGE: args.image },
        logging: command.local.Logging.Stderr,
      },
      { ...parent, deletedWith: volume },
    );
    createService(
      {
        stack,
        network: args.network,
        plan,
        image: args.image,
        // The official image's and the packaged one's user `node`.
        user: "1000:1000",
        command: ["node", `${guardFolder}/guard/main.ts`],
        environment: { CDC_GUARD_SETTINGS: JSON.stringify(plan.settings) },
        volumes: [{ volumeName: volume.name, containerPath: guardFolder, readOnly: true }],
        // Written after every look at the connectors, also when it found the worker out of reach.
        healthCheck: `test -n "$(find /tmp/guard.json -mmin -1)"`,
        stopSeconds: 10,
      },
      // Nothing waits for the guard, and it waits for no connector: it finds them as they come.
      { ...parent, dependsOn: [brought, ...args.worker.ready] },
    );
    this.registerOutputs();
  }
}
