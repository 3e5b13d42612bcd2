/** What every container, volume and network of the pipeline has in common. */
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { ownerLabels, type Owner } from "../plan/owner.ts";
import { ContainerReady, type GoneContainers } from "../provider/resources.ts";
import { hostnameOf } from "../plan/networks.ts";
import type { ContainerPlan, PublishedPlan } from "../plan/types.ts";
import type { Networks } from "./networks.ts";

/** What a service's container needs beside what they all have. */
export interface ServiceArgs {
  /** Who makes it, for the labels. */
  readonly owner: Owner;
  readonly networks: Networks;
  /** Names, networks, port and limits. */
  readonly plan: ContainerPlan | PublishedPlan;
  /** Image id, so that another image under the same name is a new container. */
  readonly image: pulumi.Input<string>;
  /** `UID:GID`; left out, the image's own, which has to be another than root. */
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

/** For all containers below a component: one that is gone from the engine is made again by the next `up`, refreshed or not. */
export function madeAgainWhenGone({ times }: GoneContainers): pulumi.ResourceTransformation {
  return ({ resource, props, opts }) => {
    if (!docker.Container.isInstance(resource)) return undefined;
    const { name } = props as { readonly name: string };
    return { props, opts: { ...opts, replacementTrigger: times.apply((one) => one[name] ?? 0) } };
  };
}

/** Creates `NAME-container` and `NAME-ready`. */
export function createService(args: ServiceArgs, opts: pulumi.CustomResourceOptions): Service {
  const { name, container: containerName, memoryLimitMiB, pidsLimit } = args.plan;
  const hostname = hostnameOf(args.plan);
  const container = new docker.Container(
    `${name}-container`,
    {
      name: containerName,
      ...(hostname === undefined ? {} : { hostname }),
      image: args.image,
      ...(args.user === undefined ? {} : { user: args.user }),
      ...(args.command === undefined ? {} : { command: args.command }),
      envs: Object.entries(args.environment)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${value}`),
      uploads: args.uploads ?? [],
      volumes: args.volumes,
      networksAdvanced: args.plan.networks.map((place) => ({
        name: args.networks.nameOf(place.name),
        aliases: [...place.aliases],
      })),
      // Loopback only: there is no authentication on Kafka and Connect.
      ports:
        "port" in args.plan
          ? [{ internal: args.plan.port.internal, external: args.plan.port.host, ip: args.plan.port.ip }]
          : [],
      healthcheck: {
        tests: ["CMD-SHELL", args.healthCheck],
        interval: "10s",
        timeout: "5s",
        retries: 3,
        startPeriod: "1m0s",
      },
      // Each is a plain user that reads its files and listens above port 1024: it needs no capability, and gets none by a file.
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      restart: "unless-stopped",
      stopTimeout: args.stopSeconds,
      destroyGraceSeconds: args.stopSeconds,
      // Written out, as the provider would otherwise see the engine's own defaults as a difference.
      logDriver: "json-file",
      logOpts: { "max-file": "3", "max-size": "10m" },
      labels: labels({ ...ownerLabels(args.owner), ...args.labels }),
      // ContainerReady waits, and tells what the container said when it fails.
      mustRun: false,
      wait: false,
    },
    {
      ...opts,
      deleteBeforeReplace: true,
      replaceOnChanges: ["healthcheck"],
      // ContainerReady's; a refresh finds them on the engine.
      ignoreChanges: ["memory", "memorySwap"],
    },
  );
  const ready = new ContainerReady(
    `${name}-ready`,
    { container: containerName, containerId: container.id, memoryLimitMiB, pidsLimit },
    { ...opts, deletedWith: container },
  );
  return { container, ready };
}

export interface VolumeArgs {
  readonly owner: Owner;
  /** Their claim is made before the volume: who has it has the stack's name. */
  readonly networks: Networks;
  /** Name on the engine. */
  readonly volume: string;
  /** Labels beside the owner's: they say what wrote it. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Creates a volume of the stack. */
export function createVolume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): docker.Volume {
  return new docker.Volume(
    name,
    { name: args.volume, labels: labels({ ...ownerLabels(args.owner), ...args.labels }) },
    { ...opts, ...volumeOptions(args.networks) },
  );
}

/** A volume is never given up for the sake of a label. */
export function volumeOptions(networks: Networks): pulumi.CustomResourceOptions {
  return { ignoreChanges: ["labels"], dependsOn: networks.claim };
}

/** Labels as @pulumi/docker takes them. */
export function labels(of: Readonly<Record<string, string>>): { label: string; value: string }[] {
  return Object.entries(of).map(([label, value]) => ({ label, value }));
}
