/** What the checks ask the world. The real answers come from clients/docker and machine.ts, those of the tests from a table. */

import type { ContainerView } from "../clients/docker/containers.ts";
import type { EngineView } from "../clients/docker/engine.ts";
import type { PullView } from "../clients/docker/registry.ts";
import type { VolumeView } from "../clients/docker/volume.ts";

/** The machine that this program runs on. */
export interface MachineView {
  readonly totalMemoryMiB: number;
  /** Memory that programs could still get, caches given up, in MiB. */
  readonly freeMemoryMiB: number;
}

/** Every function may reject: with what it could not find out. */
export interface World {
  readonly engine: () => Promise<EngineView>;
  /** All containers, also stopped ones and those of others. */
  readonly containers: () => Promise<ContainerView[]>;
  readonly volumes: (stack: string) => Promise<VolumeView[]>;
  /** Those of the image references (`name:tag`) that the engine has. */
  readonly images: (references: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Asks the registry of an image that the engine does not have. */
  readonly pull: (reference: string) => Promise<PullView>;
  readonly machine: () => MachineView;
  /** Whether the machine's own rules keep its network segment out; undefined where that cannot be looked at. */
  readonly segmentIsClosed: () => Promise<boolean | undefined>;
  /** Whether something on this machine listens on IP:PORT. */
  readonly portIsTaken: (port: number, ip: string) => Promise<boolean>;
  /** In MiB; undefined when the folder is not on this machine. */
  readonly freeDiskMiB: (folder: string) => Promise<number | undefined>;
}
