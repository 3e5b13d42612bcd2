/** What every container, volume and network of the pipeline has in common. */
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabel } from "../plan/constants.ts";
import { ContainerReady, type Network } from "../provider/resources.ts";
import type { ContainerPlan, PublishedPlan } from "../plan/types.ts";

/** What a service's container needs beside what they all have. */
export interface ServiceArgs {
  /** The plan's `stack`, for the label. */
  readonly stack: string;
  readonly network: Network;
  /** Names, port and limits. */
  readonly plan: ContainerPlan | PublishedPlan;
  /** Image id, so that another image under the same name is a new container. */
  readonly image: pulumi.Input<string>;
  /** `UID:GID`; left out, the image's own. */
  readonly user?: string;
  readonly command?: pulumi.Input<string[]>;
  readonly environment: Readonly<Record<string, string>>;
  readonly uploads?: pulumi.Input<docker.types.input.ContainerUpload>[];
  readonly volumes: docker.types.input.ContainerVolume[];
  /** Shell line that succeeds when the service does its work. */
  readonly healthCheck: string;
  /** How long it may take to stop before it is killed, in seconds. */
  readonly stopSeconds: number;
  /** Labels beside the stack's. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A running container and its readiness; what uses the service depends on `ready`. */
export interface Service {
  readonly container: docker.Container;
  readonly ready: ContainerReady;
}

/** Creates `NAME-container` and `NAME-ready`. */
export function createService(args: ServiceArgs, opts: pulumi.CustomResourceOptions): Service {
  const { name, container: containerName, alias, memoryLimitMiB } = args.plan;
  const container = new docker.Container(
    `${name}-container`,
    {
      name: containerName,
      hostname: alias,
      image: args.image,
      ...(args.user === undefined ? {} : { user: args.user }),
      ...(args.command === undefined ? {} : { command: args.command }),
      envs: Object.entries(args.environment)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${value}`),
      uploads: args.uploads ?? [],
      volumes: args.volumes,
      networksAdvanced: [{ name: args.network.name, aliases: [alias] }],
      // Loopback only: there is no authentication on Kafka and Connect.
      ports:
        "port" in args.plan
          ? [{ internal: args.plan.port.internal, external: args.plan.port.host, ip: "127.0.0.1" }]
          : [],
      healthcheck: {
        tests: ["CMD-SHELL", args.healthCheck],
        interval: "10s",
        timeout: "5s",
        retries: 3,
        startPeriod: "1m0s",
      },
      // Without swap beside it; left out, the provider would see the engine's answer as a difference.
      ...(memoryLimitMiB === undefined ? {} : { memory: memoryLimitMiB, memorySwap: memoryLimitMiB }),
      restart: "unless-stopped",
      stopTimeout: args.stopSeconds,
      destroyGraceSeconds: args.stopSeconds,
      // Written out, as the provider would otherwise see the engine's own defaults as a difference.
      logDriver: "json-file",
      logOpts: { "max-file": "3", "max-size": "10m" },
      labels: labels(args.stack, args.labels),
      // ContainerReady waits, and tells what the container said when it fails.
      mustRun: false,
      wait: false,
    },
    { ...opts, deleteBeforeReplace: true, replaceOnChanges: ["healthcheck"] },
  );
  const ready = new ContainerReady(
    `${name}-ready`,
    { container: containerName, containerId: container.id },
    { ...opts, deletedWith: container },
  );
  return { container, ready };
}

/** Creates a volume of the stack; `further` labels say what wrote it. */
export function createVolume(
  name: string,
  stack: string,
  volume: string,
  opts: pulumi.CustomResourceOptions,
  further: Readonly<Record<string, string>> = {},
): docker.Volume {
  return new docker.Volume(name, { name: volume, labels: labels(stack, further) }, opts);
}

/** The label by which everything of a stack is found on the engine, and further ones. */
export function labels(
  stack: string,
  further: Readonly<Record<string, string>> = {},
): { label: string; value: string }[] {
  return Object.entries({ [stackLabel]: stack, ...further }).map(([label, value]) => ({ label, value }));
}
